"""A chat model asked from threads."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from service.errors import ModelUnavailable
from service.models.blocking import BlockingChat
from service.models.openai_like import OpenAILikeModel
from service.settings import ChatSettings
from tests.fakes.openai_server import FakeOpenAI, NeverEnds, Refuses, Says, running


@pytest.fixture(scope="module")
def model() -> Iterator[FakeOpenAI]:
    with running() as fake:
        yield fake


def chat(model: FakeOpenAI) -> BlockingChat:
    made = OpenAILikeModel(ChatSettings(base_url=model.url, model="small", timeout=5), None)  # type: ignore[call-arg]
    made.warm()
    return BlockingChat(made)


def test_threads_ask_at_once_and_each_gets_the_whole_reply(model: FakeOpenAI) -> None:
    model.will(Says(["two ", "words"], pause=0.01))
    asking = chat(model)
    assert asking.name == "small"
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: asking.text("system", "user", 5), range(24)))
    assert {written for written, _ in replies} == {"two words"}
    assert all((usage.prompt, usage.completion) == (120, 17) for _, usage in replies)


@pytest.mark.parametrize("thought", ["<think>\n1 > 2 > 3?\n</think>\n\n", "1 > 2, says the first.</think>"])
def test_what_a_model_thinks_aloud_is_not_its_reply(model: FakeOpenAI, thought: str) -> None:
    model.will(Says([thought[:9], thought[9:], "2 > ", "1"]))
    assert chat(model).text("system", "user", 5)[0] == "2 > 1"


def test_a_model_that_fails_or_is_late_is_told_and_hung_up_on(model: FakeOpenAI) -> None:
    asking = chat(model)
    model.will(Refuses(401))
    with pytest.raises(ModelUnavailable, match="refused the key"):
        asking.text("system", "user", 5)
    model.will(NeverEnds())
    model.hung_up.clear()
    began = time.monotonic()
    with pytest.raises(ModelUnavailable, match=r"took longer than 0\.3 s"):
        asking.text("system", "user", 0.3)
    assert time.monotonic() - began < 5
    assert model.hung_up.wait(5)


def test_its_thread_ends_with_it(model: FakeOpenAI) -> None:
    before = set(threading.enumerate())
    model.will(Says(["ok"]))
    asking = chat(model)
    assert set(threading.enumerate()) == before
    asking.text("system", "user", 5)
    (own,) = [thread for thread in set(threading.enumerate()) - before if thread.name == "chat"]
    del asking
    gc.collect()
    own.join(5)
    assert not own.is_alive()
