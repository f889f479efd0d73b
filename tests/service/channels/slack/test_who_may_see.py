"""Everyone who may ask in Slack, in every place: nobody is shown a word of an article that is not for all who read it.

A cell is somebody in a place. Each is also walked by somebody who *may* read what is asked for, and has to show them
that: a place that shows nothing to anyone would prove nothing.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.askers import LATER, SECRETS
from tests.fakes.running_app import serving, settings_over
from tests.fakes.slack.people import MENTION
from tests.fakes.slack.server import FakeSlack, fake_slack
from tests.fakes.slack.workspace import OTHER_TEAM
from tests.service.channels.slack.conftest import eventually, slack_settings

BONUS = ("hr", "How high is the yearly bonus of a falconer?", "7,431 ducats")
MERGER = ("board", "What does the merger cost?", "9,264 ducats")
CHINESE = ("hr", "猎鹰师的年终奖金什么时候发放？", "薪酬秘册")
# Declined, with what comes near.
FAR = ("", "Which falconer got no yearly bonus in the salary of 1987, and who decided on the merger?", "")
GROUPS = {"hr@example.com": ["hr"], "both@example.com": ["hr", "board"]}

# What each may read when they are alone; None where they are refused everywhere.
OWN: Mapping[str, frozenset[str] | None] = {
    "HR": frozenset({"public", "hr"}),
    "BOTH": frozenset({"public", "hr", "board"}),
    "BOARD": frozenset({"public", "board"}),  # by a user group of Slack
    "NOBODY": frozenset({"public"}),  # an address that is not in the directory
    "NOMAIL": frozenset({"public"}),
    "GUEST": None,
    "BOT": None,
    "GONE": None,
    "ELSE": None,  # of another workspace, with the address of one who is in the directory
}
ABOUT: Mapping[str, dict[str, Any]] = {
    "HR": {"email": "hr@example.com"},
    "BOTH": {"email": "Both@Example.com"},
    "BOARD": {"email": "board@example.com"},
    "NOBODY": {"email": "nobody@example.com"},
    "NOMAIL": {},
    "GUEST": {"email": "both@example.com", "restricted": True},
    "BOT": {"email": "both@example.com", "is_bot": True},
    "GONE": {"email": "both@example.com", "deleted": True},
    "ELSE": {"email": "both@example.com", "team": OTHER_TEAM},
}
# What somebody asks everywhere: all of it where they may be shown it, what is worth most where they may not.
QUESTIONS = {who: (BONUS, MERGER, CHINESE, FAR) if who in ("HR", "BOTH") else (BONUS,) for who in ABOUT}


@dataclass(frozen=True)
class Place:
    """Where somebody asks beside whom; `by` is how. `fixed` is what is read there whoever is there, None: nothing."""

    name: str
    by: str = "mention"
    kind: str = "group"
    beside: tuple[str, ...] = ()
    about: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    fixed: frozenset[str] | str | None = "those of all"

    @property
    def alone(self) -> bool:
        """Whether the asker alone sees the answer."""
        return self.by not in ("mention", "channel")

    def expected(self, who: str) -> frozenset[str] | None:
        """The groups of what may be shown; None where nothing may."""
        own = OWN["BOTH"] if who == "GUEST" and self.settings.get("guests") else OWN[who]
        if own is None or self.fixed is None or self.alone:
            return own if self.fixed is not None else None
        if self.fixed != "those of all":
            return frozenset(self.fixed)
        return reduce(frozenset.intersection, [OWN[one] or NOBODYS for one in self.beside if one not in UNSEEN], own)


# Programs read nothing, and who was deactivated reads nothing any more.
UNSEEN, NOBODYS = ("BOT", "GONE"), frozenset[str]()
PUBLIC = frozenset({"public"})
PLACES = (
    Place("DIRECT", by="direct"),
    Place("PANE", by="assistant"),
    Place("COMMAND", by="command", kind="channel"),
    Place("COMMANDIN", by="command", beside=("NOBODY",)),
    Place("COMMANDG", by="command", beside=("GUEST",)),
    Place("SHORTCUT", by="shortcut", beside=("NOBODY",)),
    Place("COMMANDEXT", by="command", about={"ext_shared": True}, fixed=None),
    Place("OPEN", kind="channel", beside=("BOTH",), fixed=PUBLIC),
    Place("ALONE"),
    Place("WITHHR", beside=("HR", "BOTH")),
    Place("WITHBOARD", beside=("BOARD",)),
    Place("WITHBOTH", beside=("HR", "BOARD")),
    Place("WITHNOBODY", beside=("BOTH", "NOBODY")),
    Place("WITHBOT", beside=("BOTH", "BOT", "GONE")),
    Place("SEVERAL", kind="mpim", beside=("HR",)),
    Place("SET", kind="channel", beside=("NOBODY",), settings={"groups": ["hr"]}, fixed=frozenset({"hr"})),
    Place("SHARED", about={"ext_shared": True}, beside=("HR",), fixed=None),
    Place("PENDING", about={"pending_shared": True}, beside=("HR",), fixed=None),
    Place("SHAREDSET", about={"ext_shared": True}, settings={"groups": ["hr"]}, fixed=None),
    Place("WITHELSE", beside=("ELSE",), fixed=None),
    Place("WITHGUEST", beside=("HR", "GUEST"), fixed=None),
    Place("OPENGUEST", kind="channel", beside=("GUEST",), fixed=None),
    Place("GUESTOK", beside=("HR",), settings={"guests": True}),
    Place("EXTOK", about={"ext_shared": True}, beside=("HR", "ELSE"), settings={"external": True}, fixed=PUBLIC),
    Place("UNNAMED", by="channel", beside=("HR",), settings={"unmentioned": "always"}),
    Place("UNNAMEDEXT", by="channel", about={"ext_shared": True}, settings={"unmentioned": "always"}, fixed=None),
)


def room_of(place: Place, who: str) -> str:
    if place.by in ("direct", "assistant"):
        return FakeSlack.direct(f"U{who}")
    return f"{'C' if place.kind == 'channel' else 'G'}{place.name}{who}"


@dataclass
class Asked:
    """All cells, walked; what was shown in each, as Slack has it, by question."""

    slack: FakeSlack
    shown: dict[tuple[str, str, str], str] = field(default_factory=dict)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    folder: Path = tmp_path_factory.mktemp("who")
    (folder / "people.json").write_text(json.dumps(GROUPS))
    with ExitStack() as running:
        slack = running.enter_context(fake_slack())
        for who, about in ABOUT.items():
            slack.user(f"U{who}", **about)
        slack.workspace.usergroups["SBOARD"] = {"UBOARD", "UELSE"}
        channels = {}
        for place in PLACES:
            for who in OWN:
                room = room_of(place, who)
                if place.by not in ("direct", "assistant"):
                    members = (f"U{one}" for one in {who, *place.beside})
                    slack.channel(room, *members, kind=place.kind, **place.about)
                if place.settings:
                    channels[room] = place.settings
        told = slack_settings(
            slack, directory=folder / "people.json", usergroups={"SBOARD": ["board"]}, channels=channels, at_once=16
        )
        settings = settings_over(folder, LATER, slack=told, limits={"per_minute": 0})
        url = running.enter_context(serving(settings))
        slack.delivery.addresses = [f"{url}/slack/events"]
        world = Asked(slack)
        looks: dict[tuple[str, str, str], Callable[[], str]] = {}
        for place in PLACES:
            looks |= {(place.name, who, q): _ask(slack, place, who, q) for who in OWN for _, q, _ in QUESTIONS[who]}
            slack.settle(30)  # all of them at once is more than a machine takes in three seconds
        eventually(lambda: _waiting(settings.data) == 0, 120)
        slack.settle()
        world.shown |= {cell: look() for cell, look in looks.items()}
        yield world


def _waiting(data: Path) -> int:
    with closing(sqlite3.connect(data / "catalogue.db")) as file:
        query = "SELECT count(*) FROM slack_asks WHERE state IN ('waiting', 'answering')"
        return int(file.execute(query).fetchone()[0])


def _ask(slack: FakeSlack, place: Place, who: str, question: str) -> Callable[[], str]:
    """Ask; a look at all that was shown for it."""
    user, room = f"U{who}", room_of(place, who)
    if place.by in ("command", "shortcut"):
        if place.by == "command":
            slack.commands(user, room, question)
        else:
            _shortcut(slack, user, room, question)
        return lambda: _text([m for m in slack.whispers(user) if m["channel"] == room] + _said_in(slack, room))
    if place.by == "assistant":
        thread = slack.opens_assistant(user)
        slack.says(user, room, question, thread=thread)
        of = room, thread
        return lambda: _text([slack.thread(*of), slack.workspace.prompts.get(of), slack.workspace.titles.get(of)])
    ts = slack.says(user, room, f"{MENTION} {question}" if place.by == "mention" else question)
    return lambda: _text(slack.thread(room, ts))


def _said_in(slack: FakeSlack, room: str) -> list[dict[str, Any]]:
    """What stands there for everyone, though one person alone asked."""
    return [m for m in slack.workspace.channels[room].messages.values() if m.get("bot_id")]


def _shortcut(slack: FakeSlack, user: str, room: str, question: str) -> None:
    ts = slack.says(user, room, "Look at this.")
    known = set(slack.workspace.views)
    slack.shortcut(user, room, ts)
    view = eventually(lambda: next((v for i, v in slack.workspace.views.items() if i not in known), None))
    block = next(b for b in view["blocks"] if b["type"] == "input")
    typed = {"type": "plain_text_input", "value": question}
    slack.submits(user, view, {block["block_id"]: {block["element"]["action_id"]: typed}})


def _text(shown: Any) -> str:
    return json.dumps(shown, ensure_ascii=False).lower()


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
@pytest.mark.parametrize("who", OWN)
def test_nobody_is_shown_what_is_not_for_all_who_read_it(asked: Asked, place: Place, who: str) -> None:
    expected = place.expected(who)
    for group, question, says in QUESTIONS[who]:
        shown = asked.shown[place.name, who, question]
        leaked = [s for of, secrets in SECRETS.items() if of not in (expected or ()) for s in secrets if s in shown]
        if expected is None:
            leaked += [article["id"] for article in LATER if f"/{article['id']}" in shown]
        assert leaked == [], f"{question}: {shown}"
        if expected is not None and group in expected:
            assert says.lower() in shown, f"{question}: {shown}"


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_who_is_refused_is_told_so_and_nothing_else(asked: Asked, place: Place) -> None:
    for who in OWN:
        if place.expected(who) is None:
            for _, question, _ in QUESTIONS[who]:
                shown = asked.shown[place.name, who, question]
                if place.by == "channel":
                    assert shown == "[]"
                    continue
                assert any(said in shown for said in REFUSED), shown


REFUSED = ("only people of this workspace", "guests", "other companies", "只回答", "访客", "其他公司")


def test_every_group_is_shown_somewhere_and_everyone_is_refused_somewhere(asked: Asked) -> None:
    expected = [place.expected(who) for place in PLACES for who in OWN]
    assert {group for groups in expected if groups for group in groups} == {"public", "hr", "board"}
    assert all(any(place.expected(who) is None for place in PLACES) for who in OWN)
    assert asked.slack.violations == []
