"""Where the first chat model fails a second writes, in what is left of the time; a failing endpoint is left alone."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from prompts import phrase
from service.answer import Answer, Delta, Question, Settled
from service.settings import ChatFallbackSettings
from tests.fakes.library import ARTICLES, Library
from tests.fakes.openai_server import Drops, FakeOpenAI, NeverEnds, Refuses, Reply, Says, Stalls, running

ASKED = "What was the return rate of live orders?"
RIGHT = "The return rate of live orders reached 31.4% [1]."
OTHER = "Shoppers found chaos in live rooms [1]."


@pytest.fixture(scope="module")
def first() -> Iterator[FakeOpenAI]:
    with running() as fake:
        yield fake


@pytest.fixture(scope="module")
def second() -> Iterator[FakeOpenAI]:
    with running() as fake:
        fake.will(Says([RIGHT]))
        yield fake


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Library(tmp_path_factory.mktemp("library")).ingest(ARTICLES).data


def library(data: Path, first: FakeOpenAI | str, second: FakeOpenAI | None, **chat: Any) -> Library:
    url = first if isinstance(first, str) else first.url
    fallback = ChatFallbackSettings(model="second", base_url=second.url) if second else ChatFallbackSettings()  # type: ignore[call-arg]
    made = Library(data, chat=url, chat_settings={"retries": 0, **chat}, chat_fallback=fallback)
    for fake in (first, second):
        if isinstance(fake, FakeOpenAI):
            fake.requests.clear()
    return made


def wait_until_asked(fake: FakeOpenAI, times: int) -> None:
    ends = time.monotonic() + 5
    while len(fake.requests) < times:
        assert time.monotonic() < ends
        time.sleep(0.01)


async def answered(made: Library) -> Answer:
    return made.hold(await made.engine.answer(Question(ASKED)))


@pytest.mark.parametrize(
    "reply",
    [
        Refuses(500),
        Refuses(401),
        Refuses(429, retry_after="60"),
        Drops([f"{OTHER} And"]),
        Stalls([OTHER]),
        NeverEnds(""),
        Says([]),
        Says([f"{OTHER} And"], ends="content_filter"),
        Says(["The moon is made of cheese [1]."]),
    ],
    ids=repr,
)
async def test_where_the_first_fails_the_second_writes(
    data: Path, first: FakeOpenAI, second: FakeOpenAI, reply: Reply
) -> None:
    first.will(reply)
    made = library(data, first, second, timeout=5, first_token_timeout=0.3, stall_timeout=0.3)
    answer = await answered(made)
    assert (answer.outcome, answer.mode, answer.text) == (
        "answered",
        "generative",
        "The return rate of live orders reached 31.4%. [1]",
    )
    assert answer.receipt.model == "second"
    assert answer.receipt.prompt is not None
    assert answer.notices == ()
    assert any(note.startswith("asked the second chat model: ") for note in answer.receipt.notes)
    assert second.requests[-1]["model"] == "second"


async def test_while_the_first_writes_the_second_is_not_asked(
    data: Path, first: FakeOpenAI, second: FakeOpenAI
) -> None:
    first.will(Says([RIGHT]))
    assert (await answered(library(data, first, second))).receipt.model == "gpt-4o-mini"
    assert second.requests == []


async def test_where_both_fail_quotes_answer_and_each_failure_is_noted(
    data: Path, first: FakeOpenAI, second: FakeOpenAI
) -> None:
    first.will(Refuses(500))
    second.will(Refuses(404))
    answer = await answered(library(data, first, second))
    second.will(Says([RIGHT]))
    assert (answer.mode, answer.receipt.model) == ("extractive", None)
    assert answer.notices == (phrase("model_failed", "en"),)
    assert [n.partition(": ")[0] for n in answer.receipt.notes] == [
        "asked the second chat model",
        "fell back to extracts",
    ]
    assert "FOOTNOTE_CHAT_FALLBACK__MODEL" in answer.receipt.notes[1]


async def test_the_key_of_the_first_does_not_go_to_another_address(
    data: Path, first: FakeOpenAI, second: FakeOpenAI
) -> None:
    first.will(Refuses(500))
    first.headers.clear()
    second.headers.clear()
    assert (await answered(library(data, first, second, api_key="first-key"))).receipt.model == "second"
    assert first.headers[-1]["authorization"] == "Bearer first-key"
    assert "first-key" not in str(second.headers)


async def test_at_the_same_address_the_second_has_the_key_of_the_first(data: Path, first: FakeOpenAI) -> None:
    first.will(Refuses(500), Says([RIGHT]))
    first.headers.clear()
    made = library(data, first, first, api_key="first-key")
    assert (await answered(made)).receipt.model == "second"
    assert [h["authorization"] for h in first.headers] == ["Bearer first-key"] * 2


async def test_nobody_listening_is_found_out_at_once(data: Path, second: FakeOpenAI) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        made = library(data, f"http://127.0.0.1:{unused.getsockname()[1]}/v1", second)
        answer = await answered(made)
    assert answer.receipt.model == "second"
    assert any("could not be reached" in note for note in answer.receipt.notes)


async def test_the_first_leaves_the_second_half_of_the_time(data: Path, first: FakeOpenAI, second: FakeOpenAI) -> None:
    first.will(NeverEnds(""))
    made = library(data, first, second, timeout=4, first_token_timeout=60, retries=5)
    engine = made.engine
    engine.warm()
    began = time.monotonic()
    answer = await engine.answer(Question(ASKED))
    assert answer.receipt.model == "second"
    assert 1.8 < time.monotonic() - began < 4
    assert len(first.requests) == 1


async def test_what_takes_the_place_of_something_shown_comes_whole(
    data: Path, first: FakeOpenAI, second: FakeOpenAI
) -> None:
    first.will(Drops([f"{OTHER} Live rooms are not a "]))
    events = [event async for event in library(data, first, second).engine.stream(Question(ASKED))]
    said = [e.sentence.text for e in events if isinstance(e, Settled)]
    assert said == ["Shoppers found chaos in live rooms."]
    assert "31.4" not in "".join(e.text for e in events if isinstance(e, Delta))
    assert events[-1].event == "completed"
    assert [s.text for s in events[-1].answer.sentences] == ["The return rate of live orders reached 31.4%."]


async def test_an_endpoint_that_fails_again_and_again_is_left_alone_and_tried_once_in_a_while(
    data: Path, first: FakeOpenAI, second: FakeOpenAI
) -> None:
    first.will(Refuses(500))
    engine = library(data, first, second, breaker_failures=3, breaker_seconds=0.6).engine
    address = first.url.removeprefix("http://").removesuffix("/v1")
    for _ in range(5):
        assert (await engine.answer(Question(ASKED))).receipt.model == "second"
    assert len(first.requests) == 3
    assert engine.breakers.states()[f"gpt-4o-mini at {address}"] == "open"
    await asyncio.sleep(0.65)
    first.will(NeverEnds("", head=False))
    tried = [asyncio.create_task(engine.answer(Question(ASKED))) for _ in range(4)]
    await asyncio.to_thread(wait_until_asked, first, 4)
    await asyncio.wait(tried, timeout=1)
    assert len(first.requests) == 4
    assert [task.done() for task in tried].count(False) == 1
    for task in tried:
        task.cancel()
    await asyncio.gather(*tried, return_exceptions=True)
    first.will(Says([RIGHT]))
    assert (await engine.answer(Question(ASKED))).receipt.model == "gpt-4o-mini"
    assert engine.breakers.states()[f"gpt-4o-mini at {address}"] == "closed"


async def test_what_a_model_writes_badly_does_not_open_its_breaker(data: Path, first: FakeOpenAI) -> None:
    engine = library(data, first, None, breaker_failures=1).engine
    for reply in (Says([]), Refuses(400), Says([RIGHT], ends="content_filter"), Says([RIGHT], ends="length")):
        first.will(reply)
        await engine.answer(Question(ASKED))
        assert set(engine.breakers.states().values()) == {"closed"}, reply


async def test_leaving_while_it_waits_to_try_again_leaves_nothing_behind(data: Path, first: FakeOpenAI) -> None:
    first.will(Refuses(429, retry_after="5"))
    engine = library(data, first, None, retries=3).engine
    asking = asyncio.create_task(engine.answer(Question(ASKED)))
    await asyncio.to_thread(wait_until_asked, first, 1)
    await asyncio.sleep(0.1)
    asking.cancel()
    await asyncio.wait([asking])
    assert asking.cancelled()
    assert (len(first.requests), first.open) == (1, 0)
