"""Whose articles an answer in Slack may draw on, found out from a Slack that keeps its rules."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ingest.index import Catalogue
from service.channels.slack.changes import EVENTS, Changes
from service.channels.slack.channels import Channels
from service.channels.slack.client import PacedClient
from service.channels.slack.contracts import Ask, Kind
from service.channels.slack.groups import SlackGroups
from service.channels.slack.rows import Rows
from service.channels.slack.workspace import Workspace, person_of, place_of
from service.errors import FootnoteError, Forbidden, WhoAsksUnknown
from service.identity import Identity
from service.settings import SlackSettings
from tests.fakes.slack.server import APP_TOKEN, BOT_TOKEN, FakeSlack, fake_slack
from tests.fakes.slack.workspace import BOT_USER, OTHER_TEAM

ANA, BEN, CY, DORA = "U0ANA", "U0BEN", "U0CY", "U0DORA"


class Office:
    """A workspace where ana is of hr, ben of hr and board, dora of board by her user group, and cy of nothing."""

    def __init__(self, slack: FakeSlack, folder: Path) -> None:
        self.slack, self.folder = slack, folder
        self.doors: list[Door] = []
        self.catalogue = Catalogue(folder / "data", create=True)
        self.listed: dict[str, list[str]] = {"ana@example.com": ["hr"], "Ben@Example.com": ["hr", "board"]}
        self.write()
        for user, email in ((ANA, "Ana@example.com"), (BEN, "ben@example.com"), (CY, "cy@example.com"), (DORA, None)):
            slack.user(user, email=email)
        slack.workspace.usergroups["S0BOARD"] = {DORA}

    def write(self) -> None:
        (self.folder / "people.json").write_text(json.dumps(self.listed), "utf-8")

    def door(self, **settings: Any) -> Door:
        told: dict[str, Any] = {
            "bot_token": BOT_TOKEN,
            "app_token": APP_TOKEN,
            "api_url": self.slack.api,
            "directory": self.folder / "people.json",
            "usergroups": {"S0BOARD": ["board"]},
            "lookup_timeout": 5,
            **settings,
        }
        self.doors.append(Door(self, SlackSettings.model_validate(told)))
        return self.doors[-1]


class Door:
    """Finds out who asks, in a process of its own as far as it can tell."""

    def __init__(self, office: Office, settings: SlackSettings) -> None:
        self.runner = asyncio.Runner()
        client = PacedClient(BOT_TOKEN, base_url=settings.api_url)
        client.patience = 2.0
        workspace = Workspace(client, settings.remember)
        rows = Changes(Rows(office.catalogue))
        self.groups = SlackGroups(workspace, Channels(workspace, settings), rows, settings)

    def asker(self, user: str, channel: str, kind: Kind = "mention", text: str = "How much is it?") -> Identity:
        ask = Ask(kind, text, user, "T0HOME", channel, "1.0", "1.0")
        return self.runner.run(self.groups.asker(ask))

    def __call__(self, user: str, channel: str, kind: Kind = "mention") -> set[str]:
        return set(self.asker(user, channel, kind).groups)

    def hears(self, what: str) -> None:
        self.runner.run(self.groups.changed(what))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with fake_slack() as slack:
        made = Office(slack, tmp_path)
        yield made
        for door in made.doors:
            door.runner.close()
        made.catalogue.close()
        assert slack.violations == []


def im(user: str) -> str:
    return FakeSlack.direct(user)


def private(office: Office, *members: str, **about: Any) -> str:
    channel = f"G{len(office.slack.workspace.channels):04d}"
    office.slack.channel(channel, *members, kind="group", **about)
    return channel


def test_alone_everyone_asks_with_their_own_groups(office: Office) -> None:
    door = office.door()
    for kind in ("direct", "assistant"):
        assert door(ANA, im(ANA), kind) == {"public", "hr"}
        assert door(BEN, im(BEN), kind) == {"public", "hr", "board"}
        assert door(CY, im(CY), kind) == {"public"}
        assert door(DORA, im(DORA), kind) == {"public", "board"}


def test_what_one_person_alone_is_shown_is_from_their_own_articles_wherever_they_ask(office: Office) -> None:
    door, room = office.door(), private(office, ANA, CY)
    office.slack.channel("C0OUT", ANA, kind="group", bot=False)
    for kind in ("command", "shortcut"):
        assert door(ANA, room, kind) == {"public", "hr"}
        assert door(CY, room, kind) == {"public"}
        assert door(ANA, "C0OUT", kind) == {"public", "hr"}  # the bot is not there


def test_who_asks_is_named_and_may_only_ask(office: Office) -> None:
    asker = office.door().asker(ANA, im(ANA), "direct")
    assert asker.name == f"slack:{ANA}"
    assert asker.scopes == {"ask"}
    assert not asker.owner


def test_in_a_private_channel_it_is_what_everyone_there_may_read(office: Office) -> None:
    door = office.door()
    assert door(ANA, private(office, ANA, BEN)) == {"public", "hr"}
    assert door(BEN, private(office, ANA, BEN)) == {"public", "hr"}
    assert door(BEN, private(office, BEN, DORA)) == {"public", "board"}
    assert door(BEN, private(office, ANA, BEN, DORA)) == {"public"}
    assert door(BEN, private(office, BEN, CY)) == {"public"}
    assert door(BEN, private(office, BEN)) == {"public", "hr", "board"}


def test_a_public_channel_is_read_by_the_whole_workspace_whoever_is_in_it(office: Office) -> None:
    office.slack.channel("C1", ANA, BEN)
    assert office.door()(ANA, "C1") == {"public"}


def test_a_conversation_of_several_is_no_direct_one_however_it_is_called(office: Office) -> None:
    office.slack.channel("G1", ANA, CY, kind="mpim")
    assert office.door()(ANA, "G1", "direct") == {"public"}
    assert office.door()(ANA, "G1", "thread") == {"public"}


@pytest.mark.parametrize("kind", ["channel", "group"])
def test_the_groups_of_a_channel_are_those_that_were_set(office: Office, kind: str) -> None:
    office.slack.channel("C1", ANA, CY, kind=kind)
    door = office.door(channels={"C1": {"groups": ["board"]}})
    assert door(CY, "C1") == {"board"}
    assert door(CY, "C1", "command") == {"public"}  # to them alone, it is theirs


@pytest.mark.parametrize("flag", ["ext_shared", "pending_shared"])
@pytest.mark.parametrize("kind", ["mention", "thread", "channel", "command", "shortcut"])
def test_where_other_companies_read_along_nothing_is_answered(office: Office, flag: str, kind: Kind) -> None:
    room = private(office, ANA, BEN, **{flag: True})
    with pytest.raises(Forbidden, match="other companies"):
        office.door()(ANA, room, kind)
    with pytest.raises(Forbidden, match="other companies"):
        office.door(channels={room: {"groups": ["hr"], "guests": True}})(ANA, room, kind)


def test_where_it_is_allowed_other_companies_count_as_the_public(office: Office) -> None:
    office.slack.user("U0ELSE", email="ana@example.com", team=OTHER_TEAM)
    room = private(office, ANA, "U0ELSE", ext_shared=True)
    door = office.door(channels={room: {"external": True}})
    assert door(ANA, room) == {"public"}
    assert office.door(channels={room: {"external": True, "groups": ["hr"]}})(ANA, room) == {"hr"}
    office.slack.workspace.usergroups["S0BOARD"].add("U0ELSE")
    with_dora = private(office, DORA, "U0ELSE", ext_shared=True)
    assert office.door(channels={with_dora: {"external": True}})(DORA, with_dora) == {"public"}
    with pytest.raises(Forbidden, match="this workspace"):
        door("U0ELSE", room)


def test_a_foreigner_in_a_channel_that_is_not_said_to_be_shared_is_noticed(office: Office) -> None:
    office.slack.user("U0ELSE", email="ana@example.com", team=OTHER_TEAM)
    with pytest.raises(Forbidden, match="other companies"):
        office.door()(ANA, private(office, ANA, "U0ELSE"))


def test_somebody_whom_slack_does_not_know_is_a_foreigner(office: Office) -> None:
    with pytest.raises(Forbidden, match="other companies"):
        office.door()(ANA, private(office, ANA, "U0NOBODY"))


def test_where_guests_read_along_nothing_is_answered_unless_it_is_allowed(office: Office) -> None:
    office.slack.user("U0GUEST", email="ana@example.com", restricted=True)
    room = private(office, ANA, "U0GUEST")
    office.slack.channel("C1", ANA, "U0GUEST")
    for channel in (room, "C1"):
        with pytest.raises(Forbidden, match="Guests"):
            office.door()(ANA, channel)
        with pytest.raises(Forbidden, match="Guests"):
            office.door(channels={channel: {"groups": ["hr"]}})(ANA, channel)
    assert office.door()(ANA, room, "command") == {"public", "hr"}
    assert office.door(channels={room: {"guests": True}})(ANA, room) == {"public", "hr"}
    assert office.door(guests=True)(ANA, room) == {"public", "hr"}


def test_a_guest_is_answered_only_where_it_is_allowed(office: Office) -> None:
    office.slack.user("U0GUEST", restricted=True)
    room = private(office, ANA, "U0GUEST")
    with pytest.raises(Forbidden, match="Guests"):
        office.door()("U0GUEST", im("U0GUEST"), "direct")
    here = office.door(channels={room: {"guests": True}})
    assert here("U0GUEST", room) == {"public"}
    for kind in ("command", "shortcut"):
        with pytest.raises(Forbidden, match="Guests"):
            here("U0GUEST", room, kind)
    assert office.door(guests=True)("U0GUEST", im("U0GUEST"), "direct") == {"public"}


@pytest.mark.parametrize("about", [{"is_bot": True}, {"deleted": True}, {"team": OTHER_TEAM}])
@pytest.mark.parametrize("kind", ["direct", "assistant", "mention", "thread", "channel", "command", "shortcut"])
def test_programs_strangers_and_who_was_deactivated_are_refused(
    office: Office, about: dict[str, Any], kind: Kind
) -> None:
    office.slack.user("U0IT", email="ana@example.com", **about)
    place = im("U0IT") if kind in ("direct", "assistant") else private(office, ANA, "U0IT")
    with pytest.raises(Forbidden, match="Only people of this workspace"):
        office.door(guests=True, channels={"C1": {"external": True}})("U0IT", place, kind)


def test_programs_and_who_was_deactivated_take_nothing_from_the_others(office: Office) -> None:
    office.slack.user("U0IT", is_bot=True)
    office.slack.user("U0GONE", deleted=True)
    assert office.door()(ANA, private(office, ANA, "U0IT", "U0GONE")) == {"public", "hr"}


def test_they_are_told_in_their_language(office: Office) -> None:
    room = private(office, ANA, ext_shared=True)
    with pytest.raises(Forbidden, match="其他公司"):
        office.door().asker(ANA, room, text="年终奖金是多少？")


def test_an_address_that_was_not_confirmed_is_nobodys() -> None:
    told = {"id": ANA, "team_id": "T1", "profile": {"email": "ana@example.com"}}
    assert person_of(told, "T1", None).email == "ana@example.com"
    assert person_of({**told, "is_email_confirmed": False}, "T1", None).email is None


def test_other_workspaces_of_the_same_organisation_are_no_strangers() -> None:
    told = {"id": ANA, "team_id": "T2", "enterprise_user": {"enterprise_id": "E1"}, "profile": {}}
    assert not person_of(told, "T1", "E1").foreign
    assert person_of(told, "T1", "E2").foreign
    assert person_of(told, "T1", None).foreign
    assert person_of({**told, "team_id": None}, "T1", None).foreign
    shared = {"id": "C1", "is_private": True, "is_shared": True, "is_org_shared": True}
    assert not place_of(shared, "T1").shared
    assert place_of({**shared, "is_ext_shared": True}, "T1").shared
    assert place_of({"id": "C1", "is_private": True, "connected_team_ids": ["T1", "T9"]}, "T1").shared


FAILS: dict[str, Callable[[FakeSlack, str], None]] = {
    "says 500": lambda slack, method: slack.faults.update({method: deque([500] * 9)}),
    "has an internal error": lambda slack, method: slack.faults.update({method: deque(["internal_error"] * 9)}),
    "has no scope": lambda slack, method: slack.faults.update({method: deque(["missing_scope"] * 9)}),
    "takes too long": lambda slack, method: slack.slow.update({method: 1.0}),
    "is limited": lambda slack, method: slack.limits.update({method: 0}),
}


@pytest.mark.parametrize("fails", FAILS)
@pytest.mark.parametrize(
    "method", ["auth.test", "users.info", "conversations.info", "conversations.members", "usergroups.users.list"]
)
def test_where_slack_does_not_say_nobody_is_answered(office: Office, method: str, fails: str) -> None:
    room = private(office, ANA, BEN)
    FAILS[fails](office.slack, method)
    door = office.door(lookup_timeout=0.4)
    if (method, fails) == ("conversations.members", "has no scope"):
        assert door(ANA, room) == {"public"}  # it will not say
        return
    with pytest.raises(WhoAsksUnknown, match=r"^It cannot be found out now .*\.$"):
        door(ANA, room)


@pytest.mark.parametrize("method", ["users.info", "conversations.info", "usergroups.users.list"])
def test_nor_is_anybody_alone(office: Office, method: str) -> None:
    office.slack.faults[method] = deque([500] * 9)
    with pytest.raises(WhoAsksUnknown):
        office.door()(ANA, im(ANA), "direct")


def test_where_slack_will_not_say_who_is_there_it_is_what_is_public(office: Office) -> None:
    room = private(office, ANA, BEN)
    for settings in ({}, {"channels": {room: {"groups": ["hr"]}}}):
        office.slack.faults["conversations.members"] = deque(["fetch_members_failed"])
        assert office.door(**settings)(ANA, room) == {"public"}


def test_what_failed_is_asked_again(office: Office) -> None:
    office.slack.faults["users.info"] = deque([500])
    door = office.door()
    with pytest.raises(WhoAsksUnknown):
        door(ANA, im(ANA), "direct")
    assert door(ANA, im(ANA), "direct") == {"public", "hr"}


def test_what_slack_said_is_known_for_a_while_and_no_longer(office: Office) -> None:
    door, forgetful, room = office.door(), office.door(remember=0), private(office, ANA, BEN)
    for one in (door, forgetful):
        assert one(ANA, room) == {"public", "hr"}
    asked = office.slack.counted.total()
    assert door(ANA, room) == {"public", "hr"}
    assert office.slack.counted.total() == asked
    office.slack.workspace.channels[room].members.add(CY)
    assert forgetful(ANA, room) == {"public"}


def test_what_slack_says_has_changed_is_looked_up_again_by_every_process(office: Office) -> None:
    one, other, room = office.door(remember=600), office.door(remember=600), private(office, ANA, BEN)
    office.slack.channel("G9", DORA, kind="group")
    assert one(ANA, room) == other(ANA, room) == {"public", "hr"}
    office.slack.workspace.channels[room].members.add(CY)
    one.hears(f"channel:{room}")
    assert one(ANA, room) == other(ANA, room) == {"public"}
    office.slack.workspace.channels[room].members.discard(CY)
    other.hears(f"channel:{room}")
    assert one(ANA, room) == other(ANA, room) == {"public", "hr"}
    office.slack.workspace.users[BEN].email = None
    other.hears(f"user:{BEN}")
    assert one(ANA, room) == other(ANA, room) == {"public"}
    assert one(DORA, "G9") == other(DORA, "G9") == {"public", "board"}
    office.slack.workspace.usergroups["S0BOARD"] = set()
    one.hears("usergroup:S0BOARD")
    assert one(DORA, "G9") == other(DORA, "G9") == {"public"}


def test_what_is_asked_of_slack_while_it_changes_is_not_kept(office: Office) -> None:
    door, room = office.door(remember=600), private(office, ANA, BEN)
    office.slack.slow["conversations.members"] = 0.3

    async def meanwhile() -> None:
        ask = Ask("mention", "How much?", ANA, "T0HOME", room, "1.0", "1.0")
        first = asyncio.create_task(door.groups.asker(ask))
        await asyncio.sleep(0.15)
        await door.groups.changed(f"channel:{room}")
        await door.groups.asker(Ask("direct", "How much?", ANA, "T0HOME", im(ANA)))
        await first
        assert office.slack.counted["conversations.members"] == 1
        await door.groups.asker(ask)
        assert office.slack.counted["conversations.members"] == 2

    door.runner.run(meanwhile())


def test_a_large_channel_is_looked_up_by_the_list_of_everyone(office: Office) -> None:
    crowd = [f"U1{n:04d}" for n in range(1200)]
    for user in crowd:
        office.slack.user(user, email=f"{user}@example.com")
    office.listed |= {f"{user}@example.com".lower(): ["hr"] for user in crowd}
    office.write()
    room, door = private(office, ANA, *crowd), office.door()
    assert door(ANA, room) == {"public", "hr"}
    assert office.slack.counted["users.list"] == 2
    assert office.slack.counted["conversations.members"] == 2
    assert office.slack.counted["users.info"] == 1
    office.slack.workspace.users[crowd[-1]].restricted = True
    door.hears(f"user:{crowd[-1]}")
    with pytest.raises(Forbidden, match="Guests"):
        door(ANA, room)


def test_the_directory_is_read_again_when_it_changes(office: Office) -> None:
    door = office.door()
    assert door(ANA, im(ANA), "direct") == {"public", "hr"}
    office.listed["ana@example.com"] = []
    office.write()
    assert door(ANA, im(ANA), "direct") == {"public"}


@pytest.mark.parametrize("broken", ['{"ana@example.com": ["hr"]', "[]", '{"ana@example.com": "hr"}', None])
def test_nobody_is_answered_by_what_a_directory_said_before_it_broke(office: Office, broken: str | None) -> None:
    door, file = office.door(), office.folder / "people.json"
    assert door(ANA, im(ANA), "direct") == {"public", "hr"}
    file.unlink() if broken is None else file.write_text(broken)
    with pytest.raises(WhoAsksUnknown, match="directory of groups"):
        door(ANA, im(ANA), "direct")
    office.write()
    assert door(ANA, im(ANA), "direct") == {"public", "hr"}


def test_a_catalogue_that_cannot_tell_what_has_changed_answers_nobody(office: Office) -> None:
    door = office.door()
    assert door(ANA, im(ANA), "direct") == {"public", "hr"}
    with closing(sqlite3.connect(office.folder / "data" / "catalogue.db")) as file:
        file.execute("DROP TABLE slack_changes")
    with pytest.raises(FootnoteError):
        door(ANA, im(ANA), "direct")


def test_how_the_bot_behaves_is_set_by_channel(office: Office) -> None:
    door = office.door(channels={"C1": {"language": "zh", "unmentioned": "when_sure", "silent": True}})
    here = door.runner.run(door.groups.rules("C1"))
    assert (here.language, here.unmentioned, here.silent) == ("zh", "when_sure", True)
    elsewhere = door.runner.run(door.groups.rules("C2"))
    assert (elsewhere.language, elsewhere.unmentioned, elsewhere.silent) == (None, "never", False)


def test_every_event_names_what_changed() -> None:
    told = {"channel": "C1", "user": {"id": "U1"}, "subteam": {"id": "S1"}, "subteam_id": "S1"}
    assert {what(told) for what in EVENTS.values()} == {"channel:C1", "user:U1", "usergroup:S1"}
    assert BOT_USER not in str(EVENTS)
