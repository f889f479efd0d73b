"""Who may see what in Slack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.channels.slack.contracts import Ask, Groups, Rules
from service.identity import Identity
from service.running import Running

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient


class PublicAlone:
    """Everyone asks as a member of `public`."""

    async def asker(self, ask: Ask) -> Identity:
        """See `Groups.asker`."""
        return Identity(name=f"slack:{ask.user}")

    async def rules(self, channel: str) -> Rules:  # noqa: ARG002 - as the others are called
        """See `Groups.rules`."""
        return Rules()


def build_groups(client: AsyncWebClient, running: Running) -> Groups:  # noqa: ARG001
    """What says who asks in this workspace."""
    return PublicAlone()
