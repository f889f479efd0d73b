"""Who may see what in Slack."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from prompts import phrase
from service.channels.slack.changes import Changes
from service.channels.slack.channels import Channels
from service.channels.slack.contracts import Ask, Rules
from service.channels.slack.faults import code_of
from service.channels.slack.rows import Rows
from service.channels.slack.texts import language_for
from service.channels.slack.workspace import Person, Place, Workspace
from service.errors import FootnoteError, Forbidden, WhoAsksUnknown
from service.identity import Identity
from service.running import Running
from service.settings.slack import SlackSettings

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

_log = logging.getLogger(__name__)


class SlackGroups:
    """See `Groups`. Where Slack does not say who somebody is or who reads along, nobody is answered."""

    def __init__(self, workspace: Workspace, channels: Channels, changes: Changes, settings: SlackSettings) -> None:
        self._workspace, self._channels, self._changes, self._settings = workspace, channels, changes, settings
        self._catching_up = asyncio.Lock()

    async def asker(self, ask: Ask) -> Identity:
        """See `Groups.asker`."""
        language = language_for(ask)
        async with self._in_time(language):
            return Identity(await self._groups(ask, language), f"slack:{ask.user}")

    async def readers(self, channel: str, user: str, language: str) -> tuple[str, ...]:
        """The groups of everyone who reads a conversation, and of that user where it is with them alone.

        Raises as `asker` does.
        """
        async with self._in_time(language):
            place = await self._workspace.place(channel)
            if place.direct:
                return await self._groups(Ask("direct", "", user, "", channel), language)
            return await self._channels.shared(place, language)

    async def rules(self, channel: str) -> Rules:
        """See `Groups.rules`."""
        return self._channels.rules(channel)

    async def changed(self, what: str) -> None:
        """Slack says that this has changed. Raises as `Changes.note` does."""
        await asyncio.to_thread(self._changes.note, what)

    @asynccontextmanager
    async def _in_time(self, language: str) -> AsyncIterator[None]:
        """Knows first what has changed. Raises WhoAsksUnknown where Slack does not say, or not in time."""
        try:
            async with asyncio.timeout(self._settings.lookup_timeout):
                async with self._catching_up:
                    for what in await asyncio.to_thread(self._changes.since):
                        self._workspace.forget(what)
                yield
        except FootnoteError:
            raise
        except Exception as error:
            _log.warning("Slack does not say who may see what: %s", code_of(error) or type(error).__name__)
            raise WhoAsksUnknown(phrase("slack_unknown", language)) from None

    async def _groups(self, ask: Ask, language: str) -> tuple[str, ...]:
        person = await self._workspace.person(ask.user)
        here = self._channels.settings(ask.channel)
        if person.program or person.deactivated or person.foreign:
            raise Forbidden(phrase("slack_stranger", language))
        if person.guest and not (self._settings.guests or (here.guests and not ask.private)):
            raise Forbidden(phrase("slack_guest", language))
        if ask.ephemeral:
            await self._shown_alone(ask, language)
            return await self._own(person)
        place = await self._workspace.place(ask.channel)
        if place.direct and ask.direct:
            if place.shared and not here.external:
                raise Forbidden(phrase("slack_external", language))
            return await self._own(person)
        return await self._channels.shared(place, language)

    async def _own(self, person: Person) -> tuple[str, ...]:
        return (await self._channels.own([person]))[0]

    async def _shown_alone(self, ask: Ask, language: str) -> None:
        """What one person alone sees may be asked where the bot is not, but not where others' people are.

        Raises:
            Forbidden: they are.
        """
        place: Place | None
        try:
            place = await self._workspace.place(ask.channel)
        except Exception as error:
            if code_of(error) != "channel_not_found":
                raise
            place = None
        if place is not None and place.shared and not self._channels.settings(ask.channel).external:
            raise Forbidden(phrase("slack_external", language))


def build_groups(client: AsyncWebClient, running: Running) -> SlackGroups:
    """What says who asks in this workspace."""
    settings = running.settings.slack
    workspace = Workspace(client, settings.remember)
    return SlackGroups(workspace, Channels(workspace, settings), Changes(Rows(running.index.catalogue)), settings)
