"""Channels: who reads along there, what all of them may read, and how the bot behaves."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from functools import reduce

from ingest.article import PUBLIC
from prompts import phrase
from service.channels.slack.contracts import Rules
from service.channels.slack.directory import Directory
from service.channels.slack.faults import code_of
from service.channels.slack.workspace import Person, Place, Workspace
from service.errors import Forbidden
from service.settings.slack import ChannelSettings, SlackSettings

_log = logging.getLogger(__name__)
# Slack's answers that say who is in a channel cannot be told, rather than that it cannot be told now.
_UNTOLD = ("fetch_members_failed", "method_not_supported_for_channel_type", "missing_scope", "limit_required")


class Channels:
    """What is open to whom in a workspace. Raises what `Workspace` and `Directory` raise."""

    def __init__(self, workspace: Workspace, settings: SlackSettings) -> None:
        self._workspace, self._settings = workspace, settings
        self._directory = Directory(settings.directory) if settings.directory is not None else None

    def settings(self, channel: str) -> ChannelSettings:
        """Those of a channel."""
        return self._settings.channels.get(channel) or ChannelSettings()

    def rules(self, channel: str) -> Rules:
        """How the bot behaves in a channel."""
        found = self.settings(channel)
        return Rules(found.language, found.unmentioned, found.silent)

    async def own(self, people: Sequence[Person]) -> list[tuple[str, ...]]:
        """The groups of each: what is public, those of the directory, and those of their user groups in Slack."""
        listed = await self._listed({p.email for p in people if p.email is not None and not p.foreign})
        mapped = self._settings.usergroups
        members = dict(
            zip(mapped, await asyncio.gather(*(self._workspace.usergroup(name) for name in mapped)), strict=True)
        )
        return [self._of(person, listed.get(person.email or "", ()), members) for person in people]

    async def shared(self, place: Place, language: str) -> tuple[str, ...]:
        """The groups of everyone who reads along in a channel.

        Who may read a public channel without being in it is the whole workspace, so its members say nothing.

        Raises:
            Forbidden: there are people there from whom the articles are kept.
        """
        settings = self.settings(place.id)
        if place.shared and not settings.external:
            raise Forbidden(phrase("slack_external", language))
        guests = settings.guests or self._settings.guests
        if settings.groups is not None and guests and settings.external:
            return settings.groups  # whoever reads along
        people = await self._reading_along(place)
        if people is None:
            return (PUBLIC,)
        if not settings.external and any(person.foreign for person in people):
            raise Forbidden(phrase("slack_external", language))
        if not guests and any(person.guest and not person.foreign for person in people):
            raise Forbidden(phrase("slack_guests", language))
        if settings.groups is not None:
            return settings.groups
        if not place.private or not people:
            return (PUBLIC,)
        groups = await self.own(people)
        common = reduce(lambda left, right: left & right, (set(one) for one in groups))
        return tuple(name for name in groups[0] if name in common)

    async def _reading_along(self, place: Place) -> list[Person] | None:
        """Everyone in a channel who is a person; None where Slack does not tell."""
        try:
            members = await self._workspace.members(place.id)
            people = await self._workspace.people(sorted(members))
        except Exception as error:
            if code_of(error) not in _UNTOLD:
                raise
            _log.warning("Slack does not tell who is in %s: %s", place.id, code_of(error))
            return None
        return [person for person in people if not (person.program or person.deactivated)]

    async def _listed(self, emails: set[str]) -> dict[str, tuple[str, ...]]:
        if self._directory is None or not emails:
            return {}
        return await asyncio.to_thread(self._directory.groups, emails)

    def _of(self, person: Person, listed: tuple[str, ...], members: dict[str, frozenset[str]]) -> tuple[str, ...]:
        if person.foreign:
            return (PUBLIC,)
        mapped = [g for name, groups in self._settings.usergroups.items() if person.id in members[name] for g in groups]
        return tuple(dict.fromkeys((PUBLIC, *listed, *mapped)))
