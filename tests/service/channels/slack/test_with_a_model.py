"""Answers that a chat model writes, in Slack: shown as they settle, and replaced where the model breaks off."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.openai_server import Drops, FakeOpenAI, Refuses, Says, running
from tests.fakes.slack.people import MENTION
from tests.service.channels.slack.conftest import Desk, Opened, eventually, shown

LEAVE = "How long is parental leave?"
FIRST, SECOND = "Parental leave is 20 weeks at full pay [1].", " It may be taken in up to three parts [1]."


@pytest.fixture
def model() -> Iterator[FakeOpenAI]:
    with running() as fake:
        yield fake


@pytest.fixture
def desk(opened: Opened, model: FakeOpenAI) -> Desk:
    chat = {"base_url": model.url, "model": "fake", "api_key": "k", "retries": 0}
    return opened.serve(chat=chat, cache={"enabled": False}, public_url="http://127.0.0.1:8000")


def asked(desk: Desk) -> tuple[str, str]:
    user = desk.person()
    room = desk.room(user)
    return room, desk.slack.says(user, room, f"{MENTION} {LEAVE}")


def test_what_a_model_writes_is_streamed_sentence_by_sentence(desk: Desk, model: FakeOpenAI) -> None:
    model.will(Says([FIRST, SECOND[:20], SECOND[20:], " "], pause=1.2))
    room, ts = asked(desk)
    begun = eventually(lambda: [shown(m) for m in desk.slack.thread(room, ts)])[0]
    assert "20 weeks at full pay" in begun
    assert "three parts" not in begun
    assert desk.slack.workspace.streaming
    (answer,) = desk.answers(room, ts)
    assert "three parts" in answer["text"]
    assert "no chat model" not in shown(answer)
    assert desk.slack.counted["chat.startStream"] == desk.slack.counted["chat.stopStream"] == 1


def test_what_a_model_broke_off_is_replaced_by_quotes(desk: Desk, model: FakeOpenAI) -> None:
    model.will(Drops([FIRST, " It may be taken in up to"]))
    room, ts = asked(desk)
    (answer,) = eventually(lambda: [m for m in desk.slack.thread(room, ts) if "did not answer" in shown(m)])
    assert "20 weeks at full pay" in shown(answer)
    assert desk.slack.workspace.streaming == set()
    assert len(desk.slack.thread(room, ts)) == 1


def test_where_no_model_answers_quotes_do_and_say_so(desk: Desk, model: FakeOpenAI) -> None:
    model.will(Refuses(500))
    (answer,) = desk.answers(*asked(desk))
    assert "20 weeks at full pay" in shown(answer)
    assert "The chat model did not answer" in shown(answer)
