"""The bot of one workspace: what it is made of, its beginning and its end."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from service.channels.slack.app import Taking, build_app
from service.channels.slack.asking import Answering
from service.channels.slack.buttons import register as register_buttons
from service.channels.slack.changes import register as register_changes
from service.channels.slack.client import build_client
from service.channels.slack.contracts import Ask, Buttons
from service.channels.slack.faults import hopeless
from service.channels.slack.groups import build_groups
from service.channels.slack.health import Health
from service.channels.slack.queue import Queue
from service.channels.slack.rows import Rows
from service.channels.slack.showing import build_showing
from service.channels.slack.socket import Connected
from service.channels.slack.stale import Stale
from service.channels.slack.threads import KeptThreads
from service.channels.slack.watched import Watched
from service.running import Running

# Seconds, at most, in which what is being answered is finished when the service stops.
_TO_FINISH = 5.0
# Seconds by which the clock of this machine and Slack's may differ.
_CLOCKS = 60.0


class Bot:
    """Takes what Slack sends, and answers it. One in a process, beside the service it answers for."""

    def __init__(self, running: Running) -> None:
        """Only from the event loop."""
        from slack_sdk.signature import SignatureVerifier

        settings = running.settings.slack
        self._to_finish = min(_TO_FINISH, running.settings.shutdown)
        self.client = client = build_client(settings)
        rows = Rows(running.index.catalogue)
        self.queue, self.threads = Queue(rows), KeptThreads(rows)
        groups, showing = build_groups(client, running), build_showing(client, running)
        watched = Watched(rows, settings.stale_days)
        self._stale = Stale(client, running.index.catalogue, watched, groups) if settings.stale else None
        answered = watched.watch if settings.stale else None
        self._answering = Answering(
            running, self.queue, self.threads, groups, showing, self._left_behind, hopeless, answered
        )
        self._taking = Taking(self.queue, self.threads, groups, showing, self._answering.wake)
        secret = settings.signing_secret
        self.app = build_app(client, secret.get_secret_value() if secret else None, self._taking)
        self._verifier = SignatureVerifier(secret.get_secret_value()) if secret else None
        register_buttons(self.app, Buttons(client, self.queue, groups, running, self._answering.wake, answered))
        register_changes(self.app, groups.changed)
        token = settings.app_token
        self._connected = connected = Connected(self.app, token.get_secret_value()) if token else None
        self.health = Health(client, self.queue, (lambda: connected.open) if connected else None)

    @property
    def signed(self) -> bool:
        """Whether what comes over HTTP can be told from what others send."""
        return self._verifier is not None

    def verifies(self, body: str, headers: Mapping[str, str]) -> bool:
        """Whether Slack sent it, in the last five minutes."""
        try:
            return self._verifier is not None and self._verifier.is_valid_request(body, dict(headers))
        except ValueError:  # a time that is none
            return False

    async def start(self) -> None:
        """Carry on what was left, and listen."""
        self._answering.start()
        if self._stale is not None:
            self._stale.start()
        if self._connected is not None:
            self._connected.start()
        self.health.start()

    async def close(self) -> None:
        """Take nothing more, and finish what is nearly done."""
        if self._connected is not None:
            await self._connected.close()
        await self.health.close()
        await self._answering.close(self._to_finish)
        await self._taking.close()
        if self._stale is not None:
            await self._stale.close()
        if self.client.session is not None:
            await self.client.session.close()

    async def _left_behind(self, ask: Ask, since: float) -> list[str]:
        """Messages that an attempt since then had posted, and could not note any more."""
        me: Any = await self.client.auth_test()
        after = max(float(ask.ts or 0), since - _CLOCKS)
        said: Any = await self.client.conversations_replies(
            channel=ask.channel, ts=ask.thread or "", oldest=f"{after:.6f}", limit=200
        )
        known = await asyncio.to_thread(self.queue.known_messages, ask.channel, ask.thread)
        mine = [m for m in said["messages"] if m.get("bot_id") == me["bot_id"] and float(m["ts"]) > after]
        return [str(m["ts"]) for m in mine if m["ts"] not in known]
