"""Channels in which the bot answers who does not name it, or says nothing rather than decline."""

from __future__ import annotations

import pytest

from tests.fakes.slack.people import MENTION
from tests.service.channels.slack.conftest import Desk, Opened, eventually, shown

LEAVE, WIFI = "How long is parental leave?", "What is the wifi password?"
CHANNELS = {
    "C0SURE": {"unmentioned": "when_sure"},
    "C0ALWAYS": {"unmentioned": "always"},
    "C0SILENT": {"unmentioned": "always", "silent": True},
}


@pytest.fixture
def here(opened: Opened) -> Desk:
    desk = opened.serve(slack={"channels": CHANNELS}, embedding={"provider": "none"})
    desk.slack.user("U0ANA")
    for channel in CHANNELS:
        desk.slack.channel(channel, "U0ANA")
    return desk


def test_it_answers_when_it_is_sure(here: Desk) -> None:
    ts = here.slack.says("U0ANA", "C0SURE", LEAVE)
    assert "20 weeks" in shown(here.answers("C0SURE", ts)[0])


def test_it_leaves_no_trace_where_it_is_not_sure(here: Desk) -> None:
    ts = here.slack.says("U0ANA", "C0SURE", WIFI)
    half = here.slack.says("U0ANA", "C0SURE", "How long is parental leave, and where is the parking garage?")
    here.quiet(1)
    assert here.slack.thread("C0SURE", ts) == here.slack.thread("C0SURE", half) == []
    assert here.slack.workspace.statuses == []


def test_who_names_it_is_answered_though_it_is_not_sure(here: Desk) -> None:
    ts = here.slack.says("U0ANA", "C0SURE", f"{MENTION} {WIFI}")
    assert len(here.answers("C0SURE", ts)) == 1


def test_it_answers_everything_where_it_is_to(here: Desk) -> None:
    ts = here.slack.says("U0ANA", "C0ALWAYS", WIFI)
    assert len(here.answers("C0ALWAYS", ts)) == 1


def test_it_says_nothing_rather_than_decline_where_it_is_to(here: Desk) -> None:
    declined = here.slack.says("U0ANA", "C0SILENT", f"{MENTION} {WIFI}")
    answered = here.slack.says("U0ANA", "C0SILENT", f"{MENTION} {LEAVE}")
    here.answers("C0SILENT", answered)
    here.quiet()
    assert here.slack.thread("C0SILENT", declined) == []
    assert here.slack.workspace.statuses == []


def test_an_answer_that_an_edit_takes_the_ground_from_is_taken_back(here: Desk) -> None:
    ts = here.slack.says("U0ANA", "C0SILENT", LEAVE)
    here.answers("C0SILENT", ts)
    here.slack.edits("C0SILENT", ts, WIFI)
    eventually(lambda: here.slack.thread("C0SILENT", ts) == [])


def test_where_it_answers_only_when_sure_nobody_is_told_what_went_wrong(here: Desk) -> None:
    here.slack.faults["users.info"].extend(["fatal_error"] * 3)
    ts = here.slack.says("U0ANA", "C0SURE", LEAVE)
    here.quiet(1)
    assert here.slack.thread("C0SURE", ts) == []


def test_what_is_said_to_somebody_is_left_alone(here: Desk) -> None:
    ts = here.slack.says("U0ANA", "C0ALWAYS", f"<@U0BEN> {LEAVE}")
    here.quiet()
    assert here.slack.thread("C0ALWAYS", ts) == []
