"""Threads and their conversations, also after a restart."""

from __future__ import annotations

import re
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from ingest.index import Catalogue
from service.conversations.access import OWNER
from service.conversations.store import Conversations
from service.conversations.turn import Turn
from tests.fakes.running_app import serving, settings_over
from tests.fakes.slack.people import MENTION
from tests.fakes.slack.server import FakeSlack
from tests.service.channels.conftest import ARTICLES
from tests.service.channels.slack.conftest import Desk, eventually, shown, slack_settings


def test_a_thread_is_gone_on_with_after_a_restart(tmp_path: Path, slack: FakeSlack) -> None:
    settings = settings_over(tmp_path, ARTICLES, slack=slack_settings(slack))
    with serving(settings) as url:
        slack.delivery.addresses = [f"{url}/slack/events"]
        desk = Desk(slack, settings, url)
        user = desk.person()
        room = desk.room(user)
        ts = slack.says(user, room, f"{MENTION} How long is annual leave?")
        desk.answers(room, ts)
        slack.settle()
    with serving(settings) as url:
        slack.delivery.addresses = [f"{url}/slack/events"]
        slack.says(user, room, "When does it expire?", thread=ts)
        assert "31 March" in shown(desk.answers(room, ts, 2)[1])
        pane = slack.opens_assistant(user)
        slack.settle()
    with serving(settings) as url:
        slack.delivery.addresses = [f"{url}/slack/events"]
        slack.says(user, slack.direct(user), "How long is parental leave?", thread=pane)
        assert "20 weeks" in shown(desk.answers(slack.direct(user), pane)[0])


def test_what_came_before_a_restart_is_answered_after_it(tmp_path: Path, slack: FakeSlack) -> None:
    """Taken by a service that is told to stop in the same moment."""
    settings = settings_over(tmp_path, ARTICLES, slack=slack_settings(slack), shutdown=1)
    slack.slow["chat.startStream"] = 30.0
    desk = Desk(slack, settings, "")
    user = desk.person()
    rooms = [desk.room(user) for _ in range(12)]
    with ExitStack() as first:
        url = first.enter_context(serving(settings))
        slack.delivery.addresses = [f"{url}/slack/events"]
        asked = {room: slack.says(user, room, f"{MENTION} How long is parental leave?") for room in rooms}
        slack.settle()
    slack.slow.clear()
    with serving(settings) as url:
        slack.delivery.addresses = [f"{url}/slack/events"]
        for room, ts in asked.items():
            assert "20 weeks" in shown(desk.answers(room, ts)[0])
        desk.quiet()
        assert {len(slack.thread(room, ts)) for room, ts in asked.items()} == {1}


@pytest.mark.parametrize("method", ["chat.startStream", "chat.stopStream"])
def test_a_message_that_nobody_could_note_any_more_is_not_posted_twice(
    tmp_path: Path, slack: FakeSlack, method: str
) -> None:
    """Slack has it, and the service was stopped before it heard so."""
    settings = settings_over(tmp_path, ARTICLES, slack=slack_settings(slack), shutdown=1)
    slack.slow_after[method] = 30.0
    with serving(settings) as url:
        slack.delivery.addresses = [f"{url}/slack/events"]
        desk = Desk(slack, settings, url)
        user = desk.person()
        room = desk.room(user)
        ts = slack.says(user, room, f"{MENTION} How long is parental leave?")
        eventually(lambda: slack.counted[method] and slack.thread(room, ts))
    slack.slow_after.clear()
    with serving(settings) as url:
        slack.delivery.addresses = [f"{url}/slack/events"]
        eventually(lambda: "20 weeks" in shown(desk.answers(room, ts)[0]) and slack.counted["conversations.replies"])
        desk.quiet(1)
        (answer,) = desk.answers(room, ts)
        assert "20 weeks" in shown(answer)
        assert "Sources" in shown(answer)


def kept(desk: Desk, message: dict[str, Any]) -> Turn:
    """The answer of a message, as it is kept."""
    answer_id = re.search(r"ans_\w+", str(message))
    assert answer_id is not None
    catalogue = Catalogue(desk.settings.data)
    try:
        found = Conversations(catalogue).turn(answer_id[0], OWNER)
    finally:
        catalogue.close()
    assert found is not None
    return found


def test_a_follow_up_in_a_channel_is_read_with_what_everyone_said_before_it(desk: Desk) -> None:
    user, other = desk.person(), desk.person()
    room = desk.room(user, other)
    ts = desk.slack.says(user, room, f"{MENTION} How long is annual leave?")
    desk.answers(room, ts)
    desk.slack.says(other, room, "When does it expire?", thread=ts)
    answer = kept(desk, desk.answers(room, ts, 2)[1]).answer
    assert "annual leave" in answer.standalone_question.lower()
    assert answer.question == "When does it expire?"


def test_a_follow_up_is_not_read_with_what_others_asked_alone(desk: Desk) -> None:
    user, other = desk.person(), desk.person()
    room = desk.room(user, other)
    desk.slack.commands(user, room, "How long is annual leave?")
    desk.whispers(user, "28 days")
    desk.slack.commands(other, room, "When does it expire?")
    said = desk.whispers(other, "expire")[-1]
    desk.quiet(0.3)
    said = desk.slack.whispers(other)[-1]
    assert kept(desk, said).answer.standalone_question == "When does it expire?"


def test_a_thread_is_one_conversation_whoever_asks_in_it(desk: Desk) -> None:
    user, other = desk.person(), desk.person()
    room = desk.room(user, other)
    ts = desk.slack.says(user, room, f"{MENTION} How long is annual leave?")
    desk.answers(room, ts)
    desk.slack.says(other, room, "When does it expire?", thread=ts)
    first, second = (kept(desk, message) for message in desk.answers(room, ts, 2))
    assert first.answer.conversation_id == second.answer.conversation_id
    assert (first.asker, second.asker) == (f"slack:{user}", f"slack:{other}")
