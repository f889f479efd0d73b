"""Buttons below answers, pressed in Slack: opinions are kept, answers shared, failures tried again."""

from __future__ import annotations

import copy
import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ingest.index import Catalogue
from service.conversations.access import OWNER
from service.conversations.feedback import reported
from service.conversations.store import Conversations
from tests.fakes.running_app import serving, settings_over
from tests.fakes.slack.people import MENTION, actions_of
from tests.fakes.slack.server import FakeSlack
from tests.service.channels.conftest import ARTICLES
from tests.service.channels.slack.conftest import Desk, Opened, eventually, shown, slack_settings

LEAVE, SAYS = "How long is parental leave?", "Parental leave is 20 weeks at full pay."
ZEPPELIN = "What did the board secretly buy?"


def opinions(desk: Desk, answer: str) -> list[tuple[Any, ...]]:
    """(asker, rating, reason, comment) of what is kept of an answer."""
    with closing(Catalogue(desk.settings.data)) as catalogue:
        conversations = Conversations(catalogue)
        found = [one for one in reported(conversations, OWNER, 200) if one.given.answer_id == answer]
        conversations.close()
    return [(one.asker, *(getattr(one.given.opinion, n) for n in ("rating", "reason", "comment"))) for one in found]


def asked(desk: Desk, user: str, room: str) -> dict[str, Any]:
    return desk.answers(room, desk.slack.says(user, room, f"{MENTION} {LEAVE}"))[0]


def commanded(desk: Desk, user: str, room: str, question: str = LEAVE, answer: str = SAYS) -> dict[str, Any]:
    desk.slack.commands(user, room, question)
    return desk.whispers(user, answer)[-1]


def value_of(message: dict[str, Any], button: str) -> str:
    (feedback,) = [one for one in actions_of(message) if one["type"] == "feedback_buttons"]
    return str(feedback[button]["value"])


def answer_of(message: dict[str, Any]) -> str:
    return value_of(message, "positive_button").split(":")[1]


def judges(desk: Desk, user: str, message: dict[str, Any], button: str) -> None:
    desk.slack.presses(user, message, "feedback", value_of(message, button))


def shares(desk: Desk, user: str, message: dict[str, Any]) -> None:
    desk.slack.presses(user, message, "share")


def posted(desk: Desk, room: str) -> list[dict[str, Any]]:
    return list(desk.slack.workspace.channels[room].messages.values())


def test_a_thumb_is_kept_as_that_persons_and_may_be_changed(desk: Desk) -> None:
    user, other = desk.person(), desk.person()
    message = asked(desk, user, desk.room(user, other))
    answer = answer_of(message)
    judges(desk, user, message, "positive_button")
    eventually(lambda: opinions(desk, answer) == [(f"slack:{user}", "up", None, None)])
    judges(desk, other, message, "positive_button")
    eventually(lambda: len(opinions(desk, answer)) == 2)
    judges(desk, user, message, "negative_button")
    eventually(lambda: (f"slack:{user}", "down", None, None) in opinions(desk, answer))
    assert len(opinions(desk, answer)) == 2
    assert desk.slack.whispers(user) == []


def test_a_thumb_down_asks_why_and_the_reason_is_kept(desk: Desk) -> None:
    user = desk.person()
    message = asked(desk, user, desk.room(user))
    judges(desk, user, message, "negative_button")
    view = eventually(lambda: [v for v in desk.slack.workspace.views.values() if v["opened_for"] == user])[0]
    assert view["title"]["text"] == "What is wrong?"
    values = {
        "reason": {"reason": {"type": "static_select", "selected_option": {"value": "outdated"}}},
        "comment": {"comment": {"type": "plain_text_input", "value": "It is 26 weeks\nnow."}},
    }
    assert desk.slack.submits(user, view, values).status == 200
    kept = (f"slack:{user}", "down", "outdated", "It is 26 weeks now.")
    eventually(lambda: opinions(desk, answer_of(message)) == [kept])


def test_a_modal_sent_empty_is_an_opinion_all_the_same(desk: Desk) -> None:
    user = desk.person()
    message = asked(desk, user, desk.room(user))
    judges(desk, user, message, "negative_button")
    view = eventually(lambda: [v for v in desk.slack.workspace.views.values() if v["opened_for"] == user])[0]
    empty = {"reason": {"reason": {"selected_option": None}}, "comment": {"comment": {"value": None}}}
    assert desk.slack.submits(user, view, empty).status == 200
    eventually(lambda: opinions(desk, answer_of(message)) == [(f"slack:{user}", "down", None, None)])


def test_what_a_modal_cannot_ask_is_kept_without(desk: Desk) -> None:
    user = desk.person()
    message = asked(desk, user, desk.room(user))
    desk.slack.faults["views.open"].append("expired_trigger_id")
    judges(desk, user, message, "negative_button")
    eventually(lambda: opinions(desk, answer_of(message)) == [(f"slack:{user}", "down", None, None)])


@pytest.mark.parametrize("place", ["direct", "command"])
def test_what_one_person_alone_sees_is_judged_by_them(desk: Desk, place: str) -> None:
    user = desk.person()
    if place == "command":
        message = commanded(desk, user, desk.room(user))
    else:
        direct = desk.slack.direct(user)
        (message,) = desk.answers(direct, desk.slack.says(user, direct, LEAVE))
    judges(desk, user, message, "positive_button")
    eventually(lambda: opinions(desk, answer_of(message)) == [(f"slack:{user}", "up", None, None)])


def test_an_answer_of_somebody_else_that_was_not_shown_here_cannot_be_judged(desk: Desk) -> None:
    """What one person was shown alone is nobody else's, whatever a payload says."""
    user, other = desk.person(), desk.person()
    room = desk.room(user, other)
    secret = commanded(desk, user, room)
    own = commanded(desk, other, room)
    desk.slack.presses(other, own, "feedback", value_of(secret, "positive_button"))
    assert desk.whispers(other, "could not be kept")
    assert opinions(desk, answer_of(secret)) == []


@pytest.mark.parametrize("value", ["up:ans_0:en", "up", "", "sideways:ans_0:zh"])
def test_an_answer_that_is_not_there_is_said_so(desk: Desk, value: str) -> None:
    user = desk.person()
    message = asked(desk, user, desk.room(user))
    desk.slack.presses(user, message, "feedback", value or " ")
    sentence = "反馈无法保存" if value.endswith("zh") else "could not be kept"
    assert desk.whispers(user, sentence)


def test_a_shared_answer_says_who_shares_what_and_can_be_judged_by_all(desk: Desk) -> None:
    user, other = desk.person(), desk.person()
    room = desk.room(user, other)
    shares(desk, user, commanded(desk, user, room))
    (message,) = eventually(lambda: posted(desk, room))
    lead, *_ = message["blocks"]
    assert lead["elements"][0]["elements"][0] == {"type": "user", "user_id": user}
    assert LEAVE in str(lead)
    assert SAYS in shown(message)
    assert [one["type"] for one in actions_of(message)] == ["feedback_buttons"]
    judges(desk, other, message, "positive_button")
    eventually(lambda: opinions(desk, answer_of(message)) == [(f"slack:{other}", "up", None, None)])


def test_an_answer_is_shared_once(desk: Desk) -> None:
    user = desk.person()
    room = desk.room(user)
    message = commanded(desk, user, room)
    shares(desk, user, message)
    eventually(lambda: posted(desk, room))
    shares(desk, user, message)
    assert desk.whispers(user, "shared here already")
    assert len(posted(desk, room)) == 1


def test_an_answer_that_was_shared_is_not_shared_again_after_a_restart(tmp_path: Path, slack: FakeSlack) -> None:
    settings = settings_over(tmp_path, ARTICLES, slack=slack_settings(slack))
    desk = Desk(slack, settings, "")
    user = desk.person()
    room = desk.room(user)
    with serving(settings) as url:
        slack.delivery.addresses = [f"{url}/slack/events"]
        message = commanded(desk, user, room)
        shares(desk, user, message)
        eventually(lambda: posted(desk, room))
        slack.settle()
    with serving(settings) as url:
        slack.delivery.addresses = [f"{url}/slack/events"]
        shares(desk, user, message)
        assert desk.whispers(user, "shared here already")
    assert len(posted(desk, room)) == 1


def test_where_the_bot_is_not_it_asks_to_be_invited_and_shares_then(desk: Desk) -> None:
    user = desk.person()
    room = desk.room(user, bot=False)
    message = commanded(desk, user, room)
    shares(desk, user, message)
    assert desk.whispers(user, "invite me")
    desk.slack.workspace.channels[room].members.add("U0BOT")
    shares(desk, user, message)
    assert SAYS in shown(eventually(lambda: posted(desk, room))[0])


@pytest.fixture
def staffed(opened: Opened, tmp_path: Path) -> Desk:
    """Where those with an address at board.example read what the board reads."""
    people = tmp_path / "people.json"
    people.write_text(json.dumps({"ann@board.example": ["board"], "bob@board.example": ["board"]}), "utf-8")
    return opened.serve(slack={"directory": str(people), "remember": 0}, embedding={})


def test_what_not_everyone_there_may_read_is_not_shared(staffed: Desk) -> None:
    user, other = staffed.person(email="ann@board.example"), staffed.person(email="cy@example.com")
    room = staffed.room(user, other)
    message = commanded(staffed, user, room, ZEPPELIN, "zeppelin")
    shares(staffed, user, message)
    assert staffed.whispers(user, "nothing was shared")
    staffed.quiet(0.2)
    assert posted(staffed, room) == []
    assert staffed.slack.whispers(other) == []


def test_what_everyone_there_may_read_is_shared(staffed: Desk) -> None:
    user, other = staffed.person(email="ann@board.example"), staffed.person(email="bob@board.example")
    room = staffed.room(user, other, kind="group")
    shares(staffed, user, commanded(staffed, user, room, ZEPPELIN, "zeppelin"))
    assert "zeppelin" in shown(eventually(lambda: posted(staffed, room))[0])


def test_what_was_answered_from_more_is_answered_anew_from_what_everyone_may_read(staffed: Desk) -> None:
    user, other = staffed.person(email="ann@board.example"), staffed.person()
    room = staffed.room(user, other)
    message = commanded(staffed, user, room)
    shares(staffed, user, message)
    (shared,) = eventually(lambda: posted(staffed, room))
    assert SAYS in shown(shared)
    assert answer_of(shared) != answer_of(message)


def test_where_others_read_along_nothing_is_shared(staffed: Desk) -> None:
    user = staffed.person()
    room = staffed.room(user)
    message = commanded(staffed, user, room)
    staffed.slack.workspace.channels[room].ext_shared = True
    shares(staffed, user, message)
    eventually(lambda: len(staffed.slack.whispers(user)) > 2)
    assert posted(staffed, room) == []


def test_what_failed_is_tried_again_in_place_of_the_failure(opened: Opened) -> None:
    desk = opened.serve(slack={"remember": 0})
    user = desk.person()
    room = desk.room(user)
    desk.slack.faults["users.info"].append("internal_error")
    ts = desk.slack.says(user, room, f"{MENTION} {LEAVE}")
    failure = copy.deepcopy(desk.answers(room, ts)[0])
    assert SAYS not in shown(failure)
    desk.slack.presses(user, failure, "try_again")
    (answer,) = eventually(lambda: [m for m in desk.slack.thread(room, ts) if SAYS in shown(m)])
    assert answer["ts"] == failure["ts"]
    assert [one["type"] for one in actions_of(answer)] == ["feedback_buttons"]
    desk.slack.presses(user, failure, "try_again")
    assert desk.whispers(user, "answered meanwhile")
