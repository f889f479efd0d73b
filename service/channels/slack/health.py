"""Whether Slack lets the bot in, and how many questions wait there: for who watches over the service."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress

from service.channels.slack.client import PacedClient
from service.channels.slack.faults import code_of
from service.channels.slack.queue import Queue
from service.telemetry.metrics import Metrics

_log = logging.getLogger(__name__)
# Seconds between two times that Slack is asked whether the token is good.
_EVERY = 600.0
# Seconds until it is asked again where it did not say.
_SOON = 30.0
# What Slack's words for a token that is not good end with: docs.slack.dev/reference/methods/auth.test
_OF_TOKENS = ("_auth", "_authed", "_revoked", "_expired", "_inactive", "_token_type")

REFUSED = (
    "Slack refuses FOOTNOTE_SLACK__BOT_TOKEN ({code}): nobody is answered there. Install the app anew, and set the "
    "token that it has then."
)
UNREACHABLE = "Slack does not answer ({code}): what was asked there waits."
DEAF = "There is no connection to listen to Slack; the log says why. It is tried again and again."


class Health:
    """Of one process; the queue is that of all."""

    def __init__(self, client: PacedClient, queue: Queue, connected: Callable[[], bool] | None) -> None:
        """`connected` says whether there is a connection, where one is needed."""
        self._client, self._queue, self._connected = client, queue, connected
        self._refused: str | None = None
        self._asking: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Ask Slack now and then whether the token is good."""
        self._asking = asyncio.create_task(self._ask())

    async def close(self) -> None:
        """Ask no more."""
        if self._asking is not None:
            self._asking.cancel()
            with suppress(asyncio.CancelledError):
                await self._asking

    def warnings(self) -> list[str]:
        """A sentence for each thing that keeps people in Slack from their answers."""
        found = [] if self._refused is None else [self._refused]
        if self._connected is not None and not self._connected():
            found.append(DEAF)
        return found

    def count(self, metrics: Metrics) -> None:
        """How many questions have no answer yet, and for how long. Blocking."""
        waiting, since = self._queue.waiting()
        metrics.slack_waiting.set(waiting)
        metrics.slack_oldest_seconds.set(max(0.0, time.time() - since) if since is not None else 0)

    async def _ask(self) -> None:
        while True:
            before = self._refused
            try:
                told = await self._client.auth_test()
                self._refused = None
                if before is not None:
                    _log.info("Slack lets the bot in again as %s", told["user"])
            except Exception as error:
                code = code_of(error)
                said = REFUSED if code is not None and code.endswith(_OF_TOKENS) else UNREACHABLE
                self._refused = said.format(code=code or type(error).__name__)
                if self._refused != before:
                    _log.error("%s", self._refused)
            await asyncio.sleep(_EVERY if self._refused is None else _SOON)
