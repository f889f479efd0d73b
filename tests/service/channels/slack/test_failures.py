"""What goes wrong ends in a sentence, with a way to try again; never in silence, and never in two answers."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing

from tests.fakes.openai_server import Says
from tests.fakes.openai_server import running as model_running
from tests.fakes.slack.people import MENTION, actions_of
from tests.service.channels.slack.conftest import Desk, Opened, eventually, shown

LEAVE, SAYS = "How long is parental leave?", "Parental leave is 20 weeks at full pay."


def asked(desk: Desk, text: str = LEAVE) -> tuple[str, str, str]:
    user = desk.person()
    room = desk.room(user)
    return user, room, desk.slack.says(user, room, f"{MENTION} {text}")


def try_again(message: dict[str, object]) -> str:
    return next(a["action_id"] for a in actions_of(message) if a["text"]["text"] in ("Try again", "重试"))


def test_where_slack_does_not_say_who_asks_nobody_is_answered_until_it_does(opened: Opened) -> None:
    desk = opened.serve()
    desk.slack.faults["users.info"].extend(["fatal_error"] * 3)
    user, room, ts = asked(desk)
    (said,) = desk.answers(room, ts)
    assert SAYS not in shown(said)
    desk.slack.faults.clear()
    desk.slack.presses(user, said, try_again(said))
    eventually(lambda: SAYS in shown(desk.slack.thread(room, ts)[0]))
    assert [m["ts"] for m in desk.answers(room, ts)] == [said["ts"]]


def test_try_again_asks_once_however_often_it_is_pressed(opened: Opened) -> None:
    desk = opened.serve()
    desk.slack.faults["users.info"].extend(["fatal_error"] * 3)
    user, room, ts = asked(desk)
    (said,) = desk.answers(room, ts)
    desk.slack.faults.clear()
    for _ in range(3):
        desk.slack.presses(user, said, try_again(said))
    eventually(lambda: SAYS in shown(desk.slack.thread(room, ts)[0]))
    desk.quiet()
    assert len(desk.slack.thread(room, ts)) == 1


def test_who_asks_too_much_is_told_so_and_can_try_again(opened: Opened) -> None:
    desk = opened.serve(limits={"per_minute": 1})
    user, room, ts = asked(desk)
    desk.answers(room, ts)
    second = desk.slack.says(user, room, f"{MENTION} How long is annual leave?")
    (said,) = desk.answers(room, second)
    assert "the most" in shown(said)
    assert try_again(said)


def test_a_question_that_cannot_be_asked_is_told_why_and_not_to_try_again(desk: Desk) -> None:
    _, room, ts = asked(desk, "very " * 500 + "long?")
    (said,) = desk.answers(room, ts)
    assert "characters" in shown(said)
    assert actions_of(said) == []


def test_a_question_waits_where_too_much_is_asked_at_once(opened: Opened) -> None:
    with model_running() as model:
        model.will(Says(["Parental leave is 20 weeks ", "at full pay [1]."], pause=0.5))
        desk = opened.serve(
            chat={"base_url": model.url, "model": "fake", "api_key": "none"},
            limits={"at_once": 1, "waiting": 0},
            cache={"enabled": False},
        )
        for _, room, ts in [asked(desk) for _ in range(3)]:
            assert SAYS in shown(desk.answers(room, ts)[0])


def test_an_outage_of_slack_delays_an_answer_and_does_not_lose_it(opened: Opened) -> None:
    desk = opened.serve()
    for method in ("chat.startStream", "chat.postMessage", "chat.update"):
        desk.slack.faults[method].extend([503, 503])
    _, room, ts = asked(desk)
    assert SAYS in shown(desk.answers(room, ts)[0])
    desk.quiet()
    assert len(desk.slack.thread(room, ts)) == 1


def test_what_slack_put_off_for_hours_is_answered_when_it_is_back(opened: Opened) -> None:
    desk = opened.serve()
    methods = ("chat.startStream", "chat.postMessage", "chat.update")
    for method in methods:
        desk.slack.faults[method].extend([503] * 50)
    _, room, ts = asked(desk)
    desk.slack.settle()  # written down before Slack hears of it

    def tried(less: int, tries: int) -> bool:
        """Have it be tried again now, as if it had been so often; whether it waits."""
        with closing(sqlite3.connect(desk.settings.data / "catalogue.db", timeout=10)) as file, file:
            change = "UPDATE slack_asks SET tries = ?, not_before = 0 WHERE state = 'waiting' AND tries > ?"
            return bool(file.execute(change, (tries, less)).rowcount)

    eventually(lambda: tried(0, 60))
    eventually(lambda: tried(1, 1))
    assert desk.slack.thread(room, ts) == []
    for method in methods:
        desk.slack.faults[method].clear()
    tried(0, 1)
    assert SAYS in shown(desk.answers(room, ts)[0])


def test_a_channel_that_takes_nothing_is_given_up(opened: Opened) -> None:
    desk = opened.serve()
    user = desk.person()
    room, other = desk.room(user), desk.room(user)
    desk.slack.workspace.channels[room].archived = True
    desk.slack.says(user, room, f"{MENTION} {LEAVE}")
    desk.quiet(1.5)
    calls = len(desk.slack.workspace.calls)
    desk.quiet(1.5)
    assert len(desk.slack.workspace.calls) == calls
    assert SAYS in shown(desk.answers(other, desk.slack.says(user, other, f"{MENTION} {LEAVE}"))[0])


def test_retry_after_is_kept_to_and_nothing_is_lost(opened: Opened) -> None:
    desk = opened.serve()
    desk.slack.limits |= {"chat.startStream": 2, "chat.postMessage": 2, "chat.update": 2, "chat.stopStream": 2}
    user = desk.person()
    room = desk.room(user)
    asked_ = [desk.slack.says(user, room, f"{MENTION} {LEAVE}") for _ in range(6)]
    began = time.monotonic()
    for ts in asked_:
        assert SAYS in shown(eventually(lambda ts=ts: desk.answers(room, ts), 30)[0])
    assert time.monotonic() - began > 1


def test_no_word_of_an_exception_reaches_anybody(opened: Opened) -> None:
    desk = opened.serve()
    desk.slack.faults["users.info"].extend(["fatal_error"] * 3)
    _, room, ts = asked(desk)
    (said,) = desk.answers(room, ts)
    for word in ("Error", "Traceback", "fatal_error", "users.info", "127.0.0.1"):
        assert word not in shown(said)
