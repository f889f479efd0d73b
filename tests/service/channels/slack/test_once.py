"""Each event is answered exactly once, and what Slack did not send is not taken."""

from __future__ import annotations

import json
import time
from typing import Any

import httpx
import pytest

from tests.fakes.slack.delivery import sign
from tests.fakes.slack.people import MENTION
from tests.fakes.slack.workspace import BOT_USER, TEAM
from tests.service.channels.slack.conftest import Desk, Opened, eventually, shown

LEAVE = "How long is parental leave?"


def event(user: str, room: str, ts: str, event_id: str, kind: str = "app_mention", text: str = LEAVE) -> str:
    told = {"type": kind, "user": user, "text": f"{MENTION} {text}", "ts": ts, "channel": room, "event_ts": ts}
    bot = {"team_id": TEAM, "user_id": BOT_USER, "is_bot": True}
    body = {"type": "event_callback", "team_id": TEAM, "event_id": event_id, "authorizations": [bot], "event": told}
    return json.dumps(body)


def send(desk: Desk, body: str, at: int | None = None, **headers: str) -> httpx.Response:
    signed = sign(body, int(time.time()) if at is None else at)
    told = {"Content-Type": "application/json", **signed, **headers}
    return httpx.post(f"{desk.url}/slack/events", content=body.encode(), headers=told, trust_env=False)


def test_an_event_that_is_repeated_is_answered_once(desk: Desk) -> None:
    user = desk.person()
    room = desk.room(user)
    desk.slack.delivery.repeats = 3
    ts = desk.slack.says(user, room, f"{MENTION} {LEAVE}")
    desk.answers(room, ts)
    desk.quiet()
    assert len(desk.slack.thread(room, ts)) == 1


def test_a_mention_that_comes_as_two_events_is_answered_once(desk: Desk) -> None:
    """Slack tells of a message in a channel, and that the bot was named in it."""
    user = desk.person()
    room = desk.room(user)
    ts = desk.slack.says(user, room, "I wonder …")
    bodies = [event(user, room, ts, "Ev-one"), event(user, room, ts, "Ev-two", "message")]
    assert [send(desk, body).status_code for body in bodies] == [200, 200]
    desk.answers(room, ts)
    desk.quiet()
    assert len(desk.slack.thread(room, ts)) == 1


def test_an_edit_that_comes_again_after_a_later_one_changes_nothing(desk: Desk) -> None:
    user = desk.person()
    room = desk.room(user)
    ts = desk.slack.says(user, room, f"{MENTION} What does soup cost?")
    desk.answers(room, ts)
    desk.slack.edits(room, ts, f"{MENTION} {LEAVE}")
    eventually(lambda: "20 weeks" in shown(desk.slack.thread(room, ts)[0]))
    desk.slack.edits(room, ts, f"{MENTION} How long is annual leave?")
    eventually(lambda: "28 days" in shown(desk.slack.thread(room, ts)[0]))
    earlier = [s.payload for s in desk.slack.delivery.sent if LEAVE in str(s.payload) and room in str(s.payload)]
    desk.slack.sends_again(next(one for one in earlier if one["event"].get("subtype") == "message_changed"))
    desk.quiet()
    assert "28 days" in shown(desk.answers(room, ts)[0])


def test_a_retry_of_what_was_taken_is_taken_and_does_nothing(desk: Desk) -> None:
    user = desk.person()
    room = desk.room(user)
    ts = desk.slack.says(user, room, "I wonder …")
    body = event(user, room, ts, "Ev-retried")
    assert send(desk, body).status_code == 200
    again = {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}
    assert send(desk, body, **again).status_code == 200
    assert send(desk, body, int(time.time()) + 1, **again).status_code == 200
    desk.answers(room, ts)
    desk.quiet()
    assert len(desk.slack.thread(room, ts)) == 1


def test_a_retry_of_what_never_arrived_is_answered(desk: Desk) -> None:
    user = desk.person()
    room = desk.room(user)
    ts = desk.slack.says(user, room, "I wonder …")
    again = {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_error"}
    assert send(desk, event(user, room, ts, "Ev-late"), **again).status_code == 200
    assert len(desk.answers(room, ts)) == 1


def test_a_request_that_is_replayed_is_refused(desk: Desk) -> None:
    user = desk.person()
    room = desk.room(user)
    ts = desk.slack.says(user, room, "I wonder …")
    body, at = event(user, room, ts, "Ev-replayed"), int(time.time())
    assert send(desk, body, at).status_code == 200
    assert send(desk, body, at).status_code == 401


def test_a_button_that_is_replayed_does_nothing(desk: Desk) -> None:
    body, at = "payload=%7B%22type%22%3A%22block_actions%22%7D", int(time.time())
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    send(desk, body, at, **form)
    assert send(desk, body, at, **form).status_code == 401


@pytest.mark.parametrize(
    ("at", "headers"),
    [
        (-400, {}),
        (400, {}),
        (0, {"X-Slack-Signature": "v0=" + "0" * 64}),
        (0, {"X-Slack-Signature": ""}),
        (0, {"X-Slack-Request-Timestamp": "yesterday"}),
    ],
)
def test_what_is_old_or_not_signed_by_slack_is_refused(desk: Desk, at: int, headers: dict[str, Any]) -> None:
    user = desk.person()
    room = desk.room(user)
    ts = desk.slack.says(user, room, "I wonder …")
    refused = send(desk, event(user, room, ts, "Ev-forged"), int(time.time()) + at, **headers)
    assert refused.status_code == 401
    assert refused.headers["content-type"] == "application/problem+json"
    desk.quiet(0.3)
    assert desk.slack.thread(room, ts) == []


def test_a_body_that_was_changed_is_refused(desk: Desk) -> None:
    at = int(time.time())
    signed = sign(event("U1", "C1", "1.0", "Ev-x"), at)
    changed = event("U1", "C1", "1.0", "Ev-x", text="Delete everything")
    told = {"Content-Type": "application/json", **signed}
    answered = httpx.post(f"{desk.url}/slack/events", content=changed, headers=told, trust_env=False)
    assert answered.status_code == 401


def test_slack_can_verify_the_address(desk: Desk) -> None:
    answered = send(desk, json.dumps({"type": "url_verification", "challenge": "3eZbrw1aB", "token": "x"}))
    assert (answered.status_code, answered.json()["challenge"]) == (200, "3eZbrw1aB")


def test_without_a_signing_secret_nothing_is_taken_over_http(opened: Opened) -> None:
    desk = opened.serve(socket=True, slack={"signing_secret": None})
    assert send(desk, event("U1", "C1", "1.0", "Ev-y")).status_code == 404


def test_without_a_bot_there_is_no_such_address(opened: Opened) -> None:
    desk = opened.serve(slack={"bot_token": None, "signing_secret": None})
    assert send(desk, event("U1", "C1", "1.0", "Ev-z")).status_code == 404


def test_what_the_bot_says_itself_is_no_question(desk: Desk) -> None:
    """Slack tells the app of its own messages, and of its changes to them."""
    user = desk.person()
    ts = desk.slack.says(user, desk.slack.direct(user), LEAVE)
    desk.answers(desk.slack.direct(user), ts)
    desk.quiet()
    heard = [s.payload["event"] for s in desk.slack.delivery.sent if s.kind == "events_api"]
    assert any(one.get("bot_id") == "B0BOT" and one.get("thread_ts") == ts for one in heard)
    said = desk.slack.thread(desk.slack.direct(user), ts)
    assert len(said) == 1
    assert "20 weeks" in shown(said[0])
