"""What was answered before never reaches somebody who may read less: in threads, after changes, through buttons."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.askers import LATER, SECRETS
from tests.fakes.running_app import serving, settings_over
from tests.fakes.slack.people import MENTION, actions_of
from tests.fakes.slack.server import fake_slack
from tests.service.channels.slack.conftest import Desk, eventually, slack_settings

BONUS, SAYS = "How high is the yearly bonus of a falconer?", "7,431 ducats"
AND, SAYS_ALSO = "And when is it paid?", "June"
HIDDEN = (*SECRETS["hr"], *SECRETS["board"], "june", "/quetzal")


@dataclass
class Office(Desk):
    """People of hr and of nothing, and rooms; what everyone looks up of Slack is known for ten minutes."""

    people: Path = Path()

    def of(self, *groups: str) -> str:
        """Somebody new, of these groups."""
        user = self.person()
        email = f"{user.lower()}@example.com"
        self.slack.workspace.users[user].email = email
        self.belongs(email, *groups)
        return user

    def belongs(self, email: str, *groups: str) -> None:
        told = json.loads(self.people.read_text())
        other = self.people.with_suffix(".new")
        other.write_text(json.dumps(told | {email: list(groups)}))
        other.replace(self.people)

    def says(self, user: str, room: str, text: str, thread: str | None = None) -> str:
        """What the bot answered, as Slack has it."""
        before = self.slack.thread(room, thread) if thread else []
        ts = self.slack.says(user, room, text, thread=thread)
        return _text(self.answers(room, thread or ts, len(before) + 1)[len(before) :])

    def private(self, *members: str) -> str:
        room = self.room(*members, kind="group")
        return room

    def whispered(self, user: str, count: int) -> list[dict[str, Any]]:
        """What one person alone was shown, but for words that they have to wait."""
        found: list[dict[str, Any]] = eventually(
            lambda: (
                [m for m in self.slack.whispers(user) if "Searching" not in m["text"]]
                if len([m for m in self.slack.whispers(user) if "Searching" not in m["text"]]) >= count
                else None
            )
        )
        return found


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("fewer")
    people = folder / "people.json"
    people.write_text("{}")
    with ExitStack() as running:
        slack = running.enter_context(fake_slack())
        slack.workspace.usergroups["S0HR"] = set()
        told = slack_settings(slack, directory=people, usergroups={"S0HR": ["hr"]}, remember=600)
        settings = settings_over(folder, LATER, slack=told)
        url = running.enter_context(serving(settings))
        slack.delivery.addresses = [f"{url}/slack/events"]
        yield Office(slack, settings, url, people=people)
        assert slack.violations == []


def _text(shown: Any) -> str:
    return json.dumps(shown, ensure_ascii=False)


def leaked(shown: str) -> list[str]:
    return [one for one in HIDDEN if one in shown.lower()]


def test_a_thread_goes_on_among_those_who_may_read_the_same(office: Office) -> None:
    ana, eva = office.of("hr"), office.of("hr")
    room = office.private(ana, eva)
    root = office.slack.says(ana, room, f"{MENTION} {BONUS}")
    assert SAYS in _text(office.answers(room, root))
    assert SAYS_ALSO in office.says(eva, room, AND, thread=root)


def test_a_thread_carries_nothing_to_somebody_who_came_since(office: Office) -> None:
    ana, eva, cy = office.of("hr"), office.of("hr"), office.of()
    room = office.private(ana, eva)
    root = office.slack.says(ana, room, f"{MENTION} {BONUS}")
    assert SAYS in _text(office.answers(room, root))
    office.slack.joins(cy, room)
    office.slack.settle()
    for user in (cy, ana):
        assert leaked(office.says(user, room, AND, thread=root)) == []
        assert leaked(office.says(user, room, f"{MENTION} {BONUS}")) == []
    office.slack.leaves(cy, room)
    office.slack.settle()
    assert SAYS_ALSO in office.says(eva, room, AND, thread=root)


def test_a_thread_carries_nothing_once_the_channel_is_shared(office: Office) -> None:
    ana = office.of("hr")
    room = office.private(ana)
    root = office.slack.says(ana, room, f"{MENTION} {BONUS}")
    assert SAYS in _text(office.answers(room, root))
    office.slack.shares(room)
    office.slack.settle()
    shown = office.says(ana, room, AND, thread=root)
    assert "other companies" in shown
    assert leaked(shown) == []


@pytest.mark.parametrize("how", ["directory", "usergroup", "address", "guest"])
def test_a_conversation_carries_nothing_to_who_left_the_group_since(office: Office, how: str) -> None:
    ana = office.of("hr") if how != "usergroup" else office.of()
    if how == "usergroup":
        office.slack.regroups("S0HR", ana)
        office.slack.settle()
    direct = office.slack.direct(ana)
    root = office.slack.says(ana, direct, BONUS)
    assert SAYS in _text(office.answers(direct, root))
    assert SAYS_ALSO in office.says(ana, direct, AND, thread=root)
    if how == "directory":
        office.belongs(f"{ana.lower()}@example.com")
    elif how == "usergroup":
        office.slack.regroups("S0HR")
    else:
        office.slack.changes(ana, **({"email": "x@example.com"} if how == "address" else {"restricted": True}))
    office.slack.settle()
    assert leaked(office.says(ana, direct, AND, thread=root)) == []
    assert leaked(office.says(ana, direct, BONUS)) == []
    assert leaked(office.says(ana, direct, AND)) == []


def test_what_one_was_shown_alone_is_not_carried_into_the_channel(office: Office) -> None:
    ana, cy = office.of("hr"), office.of()
    room = office.private(ana, cy)
    office.slack.commands(ana, room, BONUS)
    assert SAYS in _text(office.whispered(ana, 1))
    root = office.slack.says(ana, room, f"{MENTION} Good morning!")
    eventually(lambda: office.slack.thread(room, root))
    for text in (AND, BONUS, f"{MENTION} {AND}"):
        assert leaked(office.says(ana, room, text, thread=root)) == []
    assert leaked(office.says(ana, room, f"{MENTION} {AND}")) == []


def test_what_was_said_in_a_channel_is_not_carried_into_another(office: Office) -> None:
    ana, cy = office.of("hr"), office.of()
    among, open_ = office.private(ana), office.private(ana, cy)
    root = office.slack.says(ana, among, f"{MENTION} {BONUS}")
    assert SAYS in _text(office.answers(among, root))
    assert leaked(office.says(ana, open_, f"{MENTION} {AND}")) == []


@pytest.mark.parametrize("fewer", [True, False])
def test_sharing_shows_no_more_than_all_may_read(office: Office, fewer: bool) -> None:
    ana, other = office.of("hr"), office.of() if fewer else office.of("hr")
    room = office.private(ana, other)
    office.slack.commands(ana, room, BONUS)
    (answer,) = office.whispered(ana, 1)
    assert SAYS in _text(answer)
    office.slack.presses(ana, answer, "share")

    def there() -> list[dict[str, Any]]:
        return [m for m in office.slack.workspace.channels[room].messages.values() if m.get("bot_id")]

    if fewer:
        assert "nothing was shared" in _text(office.whispered(ana, 2)[1])
        office.quiet(0.3)
        assert leaked(_text(there())) == []
    else:
        assert SAYS in _text(eventually(there))


def test_nobody_else_has_what_one_was_shown_alone_by_its_buttons(office: Office) -> None:
    ana, cy = office.of("hr"), office.of()
    room = office.private(ana, cy)
    office.slack.commands(ana, room, BONUS)
    (answer,) = office.whispered(ana, 1)
    for action in [a["action_id"] for a in actions_of(answer) if "value" in a]:
        office.slack.presses(cy, answer, action)
    office.quiet(0.5)
    assert leaked(_text(office.slack.whispers(cy))) == []
    assert leaked(_text(list(office.slack.workspace.channels[room].messages.values()))) == []
