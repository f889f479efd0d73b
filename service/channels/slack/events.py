"""What of Slack's events is a question, and what changes one."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# What people write has these subtypes; all others are Slack's own, or a program's.
_WRITTEN = (None, "file_share", "thread_broadcast", "me_message")
_LINK = re.compile(r"<(?:(https?://[^|>]+|mailto:[^|>]+)|([#@!])([^|>]*))(?:\|([^>]*))?>")
_ADDRESSED = re.compile(r"\s*<@([A-Z0-9]+)(?:\|[^>]*)?>")


@dataclass(frozen=True, slots=True)
class Written:
    """A message that a person wrote. `text` is as Slack has it."""

    user: str
    team: str
    channel: str
    ts: str
    thread: str | None
    text: str
    place: str

    @property
    def direct(self) -> bool:
        """Whether it was written to the bot alone."""
        return self.place == "im"

    def mentions(self, bot: str) -> bool:
        """Whether it names the bot."""
        return f"<@{bot}" in self.text

    def addresses_another(self, bot: str) -> bool:
        """Whether it begins with the name of somebody else."""
        found = _ADDRESSED.match(self.text)
        return found is not None and found[1] != bot


@dataclass(frozen=True, slots=True)
class Edited:
    """A message says something else now."""

    now: Written


@dataclass(frozen=True, slots=True)
class Deleted:
    """A message is gone."""

    channel: str
    ts: str


def read(body: Mapping[str, Any]) -> Written | Edited | Deleted | None:
    """What an event of a message is; None where no person is behind it."""
    event = body["event"]
    subtype = event.get("subtype")
    if subtype == "message_changed":
        return _changed(event, body)
    if subtype == "message_deleted":
        before = event.get("previous_message") or {}
        return None if _by_a_program(before) else Deleted(event["channel"], event["deleted_ts"])
    if subtype not in _WRITTEN or _by_a_program(event) or not event.get("user"):
        return None
    return _written(event, event, body)


def bot_of(body: Mapping[str, Any]) -> str:
    """The user id of the bot that an event is sent to."""
    return next((str(a["user_id"]) for a in body.get("authorizations") or () if a.get("is_bot")), "")


def plain(text: str, bot: str = "") -> str:
    """The words of a message: without the bot's name, links by their labels, names of channels, and no entities."""

    def said(found: re.Match[str]) -> str:
        address, sign, name, label = found.groups()
        if address:
            return label or address.removeprefix("mailto:")
        if sign == "@" and name == bot:
            return " "
        return f"{'' if sign == '!' else sign}{label or name.partition('^')[0]}"

    return re.sub(r"[ \t]+", " ", html.unescape(_LINK.sub(said, text))).strip()


def _written(message: Mapping[str, Any], event: Mapping[str, Any], body: Mapping[str, Any]) -> Written:
    return Written(
        message["user"],
        message.get("team") or message.get("user_team") or body.get("team_id") or "",
        event["channel"],
        message["ts"],
        message.get("thread_ts"),
        message.get("text") or "",
        event.get("channel_type") or "channel",
    )


def _changed(event: Mapping[str, Any], body: Mapping[str, Any]) -> Edited | Deleted | None:
    after, before = event.get("message") or {}, event.get("previous_message") or {}
    if _by_a_program(before) or _by_a_program(after):
        return None
    if after.get("subtype") == "tombstone":  # what is deleted and has replies
        return Deleted(event["channel"], after["ts"])
    if after.get("text") == before.get("text"):  # a link got its preview, or a thread a reply
        return None
    return Edited(_written(after, event, body)) if after.get("ts") and after.get("user") else None


def _by_a_program(message: Mapping[str, Any]) -> bool:
    return bool(message.get("bot_id") or message.get("bot_profile") or message.get("subtype") == "bot_message")
