"""What Slack says of people, channels and user groups, known for a while."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from service.channels.slack.faults import code_of
from service.channels.slack.remembered import Remembered

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

# Looked up each on its own; of more than these, everyone in the workspace is listed instead, many at a time.
_FEW, _AT_ONCE, _PAGE = 40, 8, 999
_SLACKBOT = "USLACKBOT"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in Slack. `foreign`: of another workspace, or nobody that Slack knows; `program`: a bot."""

    id: str
    email: str | None = None
    language: str | None = None
    foreign: bool = False
    guest: bool = False
    program: bool = False
    deactivated: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A conversation. `shared`: with people of other workspaces, now or as soon as they accept; `direct`: with one."""

    id: str
    direct: bool = False
    private: bool = False
    shared: bool = False


class Workspace:
    """Every lookup may raise what slack-sdk and aiohttp raise."""

    def __init__(self, client: AsyncWebClient, seconds: float) -> None:
        self._client = client
        self._people: Remembered[Person] = Remembered(seconds)
        self._places: Remembered[Place] = Remembered(seconds)
        self._members: Remembered[frozenset[str]] = Remembered(seconds)
        self._usergroups: Remembered[frozenset[str]] = Remembered(seconds)
        self._everybody: Remembered[Mapping[str, Person]] = Remembered(0.0)
        self._own: Remembered[tuple[str, str | None]] = Remembered(3600.0)
        self._changed: set[str] = set()
        self._asking = asyncio.Semaphore(_AT_ONCE)

    async def person(self, user: str) -> Person:
        """Somebody; a foreigner, where Slack knows nobody of that id."""
        return await self._people.look_up(user, lambda: self._person(user))

    async def people(self, users: Collection[str]) -> list[Person]:
        """All of them."""
        unknown = [user for user in users if self._people.get(user) is None]
        if len(unknown) > _FEW:
            listed = await self._everybody.look_up("", self._listed)
            return [listed.get(user) or await self.person(user) for user in users]
        return list(await asyncio.gather(*(self._in_turn(user) for user in users)))

    async def place(self, channel: str) -> Place:
        """A conversation the bot may know of."""
        return await self._places.look_up(channel, lambda: self._place(channel))

    async def members(self, channel: str) -> frozenset[str]:
        """The ids of everyone in a channel."""
        return await self._members.look_up(channel, lambda: self._everyone("conversations_members", channel))

    async def usergroup(self, usergroup: str) -> frozenset[str]:
        """The ids of everyone in a user group; of nobody, where it was switched off or is not there any more."""
        return await self._usergroups.look_up(usergroup, lambda: self._in_usergroup(usergroup))

    def forget(self, what: str) -> None:
        """It has changed: `user:U…`, `channel:C…` or `usergroup:S…`."""
        kind, _, name = what.partition(":")
        if kind == "user":
            self._changed.add(name)
        rooms: Mapping[str, tuple[Remembered[Any], ...]] = {
            "user": (self._people,),
            "channel": (self._places, self._members),
            "usergroup": (self._usergroups,),
        }
        for room in rooms.get(kind, ()):
            room.drop(name)

    async def _in_turn(self, user: str) -> Person:
        async with self._asking:
            return await self.person(user)

    async def _person(self, user: str) -> Person:
        team, enterprise = await self._own_team()
        try:
            told: Any = await self._client.users_info(user=user, include_locale=True)
        except Exception as error:
            if code_of(error) in ("user_not_found", "user_not_visible", "users_not_found"):
                return Person(user, foreign=True)
            raise
        return person_of(told["user"], team, enterprise)

    async def _listed(self) -> Mapping[str, Person]:
        """Everyone in the workspace. Who changes meanwhile is asked for again."""
        team, enterprise = await self._own_team()
        self._changed.clear()
        found: dict[str, Person] = {}
        async for page in self._pages("users_list", include_locale=True):
            until = self._people.asked_at()
            for told in page["members"]:
                person = found[told["id"]] = person_of(told, team, enterprise)
                if person.id not in self._changed:
                    self._people.keep(person.id, person, until)
        return {name: person for name, person in found.items() if name not in self._changed}

    async def _place(self, channel: str) -> Place:
        told: Any = await self._client.conversations_info(channel=channel)
        return place_of(told["channel"], (await self._own_team())[0])

    async def _everyone(self, method: str, channel: str) -> frozenset[str]:
        return frozenset([user async for page in self._pages(method, channel=channel) for user in page["members"]])

    async def _in_usergroup(self, usergroup: str) -> frozenset[str]:
        try:
            told: Any = await self._client.usergroups_users_list(usergroup=usergroup)
        except Exception as error:
            if code_of(error) in ("no_such_subteam", "subteam_disabled"):
                return frozenset()
            raise
        return frozenset(told["users"])

    async def _pages(self, method: str, **named: Any) -> AsyncIterator[Any]:
        cursor: str | None = None
        while cursor != "":
            told: Any = await getattr(self._client, method)(limit=_PAGE, cursor=cursor, **named)
            yield told
            cursor = str((told.get("response_metadata") or {}).get("next_cursor") or "")

    async def _own_team(self) -> tuple[str, str | None]:
        """The workspace of the bot, and the organisation it belongs to, where it does."""
        return await self._own.look_up("", self._auth)

    async def _auth(self) -> tuple[str, str | None]:
        told: Any = await self._client.auth_test()
        return str(told["team_id"]), told.get("enterprise_id") or None


def person_of(told: Mapping[str, Any], team: str, enterprise: str | None) -> Person:
    """What Slack's `user` object says: docs.slack.dev/reference/objects/user-object.

    Other workspaces of the same organisation are no others. An address that nobody has confirmed is none.
    """
    profile = told.get("profile") or {}
    home = told.get("team_id") or profile.get("team")
    organisation = (told.get("enterprise_user") or {}).get("enterprise_id") or told.get("enterprise_id")
    ours = home == team or (enterprise is not None and enterprise in (organisation, home))
    email = profile.get("email") if told.get("is_email_confirmed", True) else None
    return Person(
        str(told["id"]),
        email if isinstance(email, str) and email.strip() else None,
        told.get("locale") or None,
        foreign=not ours or bool(told.get("is_stranger")),
        guest=bool(told.get("is_restricted") or told.get("is_ultra_restricted")),
        program=bool(told.get("is_bot") or told.get("is_workflow_bot") or told["id"] == _SLACKBOT),
        deactivated=bool(told.get("deleted")),
    )


def place_of(told: Mapping[str, Any], team: str) -> Place:
    """What Slack's `conversation` object says: docs.slack.dev/reference/objects/conversation-object.

    Shared within one organisation (`is_org_shared`) is not shared with others; its members are looked at one by one.
    """
    outside = told.get("is_ext_shared") or told.get("is_pending_ext_shared") or told.get("pending_shared")
    outside = outside or (told.get("is_shared") and not told.get("is_org_shared"))
    elsewhere = set(told.get("connected_team_ids") or ()) - {team}
    direct = bool(told.get("is_im"))
    return Place(
        str(told["id"]),
        direct,
        private=direct or bool(told.get("is_private") or told.get("is_mpim") or told.get("is_group")),
        shared=bool(outside or (elsewhere and not told.get("is_org_shared"))),
    )
