"""Questions that are edited or deleted, before, while and after they are answered."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.openai_server import FakeOpenAI, Says
from tests.fakes.openai_server import running as model_running
from tests.fakes.slack.people import MENTION
from tests.service.channels.slack.conftest import Desk, Opened, eventually, shown

LEAVE, ANNUAL = "How long is parental leave?", "How long is annual leave?"


def test_an_edited_question_is_answered_anew_in_the_same_message(desk: Desk) -> None:
    user = desk.person()
    room = desk.room(user)
    ts = desk.slack.says(user, room, f"{MENTION} {LEAVE}")
    (before,) = desk.answers(room, ts)
    desk.slack.edits(room, ts, f"{MENTION} {ANNUAL}")
    eventually(lambda: "28 days" in shown(desk.slack.thread(room, ts)[0]))
    (after,) = desk.answers(room, ts)
    assert "20 weeks" not in shown(after)
    assert after["ts"] == before["ts"]


def test_who_names_the_bot_only_afterwards_is_answered_then(desk: Desk) -> None:
    user = desk.person()
    room = desk.room(user)
    ts = desk.slack.says(user, room, LEAVE)
    desk.slack.settle()
    assert desk.slack.thread(room, ts) == []
    desk.slack.edits(room, ts, f"{MENTION} {LEAVE}")
    assert "20 weeks" in shown(desk.answers(room, ts)[0])


def test_a_message_of_the_bot_that_answers_nobody_is_left_alone(desk: Desk) -> None:
    """What it says in a thread besides answers is not taken for an answer that broke off."""
    user = desk.person()
    room = desk.room(user)
    ts = desk.slack.says(user, room, f"{MENTION} {LEAVE}")
    desk.answers(room, ts)
    note = desk.slack.says("U0BOT", room, "An article has changed.", thread=ts, bot_id="B0BOT")
    desk.slack.edits(room, ts, f"{MENTION} {ANNUAL}")
    eventually(lambda: "28 days" in shown(desk.slack.thread(room, ts)[0]))
    assert [m["ts"] for m in desk.answers(room, ts)][1:] == [note]


def test_a_preview_of_a_link_is_no_edit(desk: Desk) -> None:
    user = desk.person()
    room = desk.room(user)
    ts = desk.slack.says(user, room, f"{MENTION} {LEAVE} <https://example.org/a>")
    (before,) = desk.answers(room, ts)
    calls = len(desk.slack.workspace.calls)
    desk.slack.unfurls(room, ts)
    desk.quiet()
    assert desk.slack.thread(room, ts) == [before]
    assert len(desk.slack.workspace.calls) == calls


def test_the_answer_of_a_question_that_is_deleted_is_taken_back(desk: Desk) -> None:
    user = desk.person()
    room = desk.room(user)
    ts = desk.slack.says(user, room, f"{MENTION} {LEAVE}")
    desk.answers(room, ts)
    desk.slack.deletes(room, ts)
    eventually(lambda: desk.slack.thread(room, ts) == [])


def test_the_answer_of_a_follow_up_that_is_deleted_is_taken_back_alone(desk: Desk) -> None:
    user = desk.person()
    room = desk.room(user)
    ts = desk.slack.says(user, room, f"{MENTION} {LEAVE}")
    (first,) = desk.answers(room, ts)
    follow_up = desk.slack.says(user, room, ANNUAL, thread=ts)
    desk.answers(room, ts, 2)
    desk.slack.deletes(room, follow_up)
    eventually(lambda: len(desk.slack.thread(room, ts)) == 1)
    assert desk.slack.thread(room, ts) == [first]


def test_a_question_whose_words_are_taken_out_is_taken_back(desk: Desk) -> None:
    user = desk.person()
    room = desk.room(user)
    ts = desk.slack.says(user, room, f"{MENTION} {LEAVE}")
    desk.answers(room, ts)
    desk.slack.edits(room, ts, MENTION)
    eventually(lambda: desk.slack.thread(room, ts) == [])


@pytest.fixture
def model() -> Iterator[FakeOpenAI]:
    with model_running() as one:
        yield one


def writing(opened: Opened, model: FakeOpenAI, *pieces: str) -> Desk:
    """A service whose model takes two seconds for these pieces."""
    model.will(Says(pieces, pause=2 / len(pieces)))
    return opened.serve(chat={"base_url": model.url, "model": "fake", "api_key": "none"})


def test_an_answer_that_is_being_written_to_a_question_that_is_deleted_is_taken_back(
    opened: Opened, model: FakeOpenAI
) -> None:
    desk = writing(opened, model, "Parental leave is 20 weeks at full pay [1]. ", "It may ", "be taken ", "in ")
    user = desk.person()
    room = desk.room(user)
    ts = desk.slack.says(user, room, f"{MENTION} {LEAVE}")
    eventually(lambda: desk.slack.thread(room, ts))
    desk.slack.deletes(room, ts)
    eventually(lambda: desk.slack.thread(room, ts) == [])
    desk.quiet(1.5)
    assert desk.slack.thread(room, ts) == []
    assert desk.slack.workspace.streaming == set()


def test_an_edit_of_what_is_being_answered_is_what_is_answered(opened: Opened, model: FakeOpenAI) -> None:
    desk = writing(opened, model, "Annual leave ", "is 28 days [1].")
    user = desk.person()
    room = desk.room(user)
    ts = desk.slack.says(user, room, f"{MENTION} {LEAVE}")
    eventually(lambda: model.requests)
    desk.slack.edits(room, ts, f"{MENTION} {ANNUAL}")
    eventually(lambda: len(model.requests) > 1)
    eventually(lambda: "28 days" in "".join(map(shown, desk.slack.thread(room, ts))))
    assert len(desk.answers(room, ts)) == 1
    assert ANNUAL in str(model.requests[-1])
