"""What a workspace knows: people, channels, messages; and every rule of Slack that was broken."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

TEAM, OTHER_TEAM = "T0HOME", "T0OTHER"
BOT_USER, BOT_ID, APP = "U0BOT", "B0BOT", "A0APP"


class Refused(Exception):
    """An error of the Web API. One that a program should have known better than to cause is a `violation`."""

    def __init__(self, error: str, violation: str | None = None) -> None:
        super().__init__(error)
        self.error, self.violation = error, violation


@dataclass
class User:
    id: str
    email: str | None = None
    locale: str = "en-US"
    is_bot: bool = False
    team: str = TEAM
    deleted: bool = False
    restricted: bool = False

    def profile(self) -> dict[str, Any]:
        told: dict[str, Any] = {"real_name": self.id}
        if self.email is not None:
            told["email"] = self.email
        return {
            "id": self.id,
            "team_id": self.team,
            "name": self.id.lower(),
            "deleted": self.deleted,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "is_restricted": self.restricted,
            "is_ultra_restricted": False,
            "is_stranger": self.team != TEAM,
            "locale": self.locale,
            "tz": "Europe/Berlin",
            "profile": told,
        }


@dataclass
class Channel:
    id: str
    kind: str = "channel"
    members: set[str] = field(default_factory=set)
    archived: bool = False
    ext_shared: bool = False
    org_shared: bool = False
    pending_shared: bool = False
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)
    assistant_threads: set[str] = field(default_factory=set)
    name: str = ""

    @property
    def type(self) -> str:
        return {"channel": "channel", "group": "group", "im": "im", "mpim": "mpim"}[self.kind]

    def info(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name or self.id.lower(),
            "is_channel": self.kind == "channel",
            "is_group": self.kind == "group",
            "is_im": self.kind == "im",
            "is_mpim": self.kind == "mpim",
            "is_private": self.kind != "channel",
            "is_archived": self.archived,
            "is_member": BOT_USER in self.members,
            "is_ext_shared": self.ext_shared,
            "is_org_shared": self.org_shared,
            "is_shared": self.ext_shared or self.org_shared,
            "is_pending_ext_shared": self.pending_shared,
            "num_members": len(self.members),
        }


@dataclass
class Trigger:
    user: str
    until: float
    used: bool = False


@dataclass
class ResponseUrl:
    channel: str
    user: str
    until: float
    left: int = 5


@dataclass
class Workspace:
    """All of it. Touched by the server's loop alone, but for reading."""

    users: dict[str, User] = field(default_factory=lambda: {BOT_USER: User(BOT_USER, is_bot=True)})
    channels: dict[str, Channel] = field(default_factory=dict)
    usergroups: dict[str, set[str]] = field(default_factory=dict)
    usergroup_handles: dict[str, str] = field(default_factory=dict)
    streaming: set[tuple[str, str]] = field(default_factory=set)
    ephemeral: list[dict[str, Any]] = field(default_factory=list)
    statuses: list[tuple[str, str, str]] = field(default_factory=list)
    prompts: dict[tuple[str, str], list[dict[str, str]]] = field(default_factory=dict)
    titles: dict[tuple[str, str], str] = field(default_factory=dict)
    views: dict[str, dict[str, Any]] = field(default_factory=dict)
    triggers: dict[str, Trigger] = field(default_factory=dict)
    response_urls: dict[str, ResponseUrl] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    last: float = 0.0

    def ts(self) -> str:
        """The next message's: a time, and unique."""
        self.last = max(time.time(), self.last + 0.000001)
        return f"{self.last:.6f}"

    def number(self, prefix: str) -> str:
        return f"{prefix}{next(self.numbers):08d}"

    def broke(self, rule: str) -> None:
        self.violations.append(rule)

    def channel(self, channel_id: str) -> Channel:
        found = self.channels.get(channel_id)
        if found is None:
            raise Refused("channel_not_found")
        return found

    def message(self, channel_id: str, ts: str) -> dict[str, Any]:
        found = self.channel(channel_id).messages.get(ts)
        if found is None:
            raise Refused("message_not_found")
        return found

    def replies(self, channel_id: str, thread: str) -> list[dict[str, Any]]:
        return [
            m
            for ts, m in sorted(self.channel(channel_id).messages.items(), key=lambda one: float(one[0]))
            if ts == thread or m.get("thread_ts") == thread
        ]
