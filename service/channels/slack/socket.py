"""Socket Mode: Slack is listened to over a WebSocket that this process opens."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp

_log = logging.getLogger(__name__)
_PING = 5.0


class _Told(logging.Filter):
    """One sentence in place of a traceback, in which the address of the connection could stand."""

    def filter(self, record: logging.LogRecord) -> bool:
        """See `logging.Filter`."""
        record.exc_info, record.args = None, ()
        record.msg = "Slack cannot be listened to at the moment; it is tried again and again."
        return record.levelno >= logging.ERROR


class Connected:
    """A connection that is made again whenever it is lost."""

    def __init__(self, app: AsyncApp, app_token: str) -> None:
        self._app, self._token = app, app_token
        self._handler: Any = None
        self._connecting: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Connect, however long that takes: questions over HTTP need not wait for it."""
        self._connecting = asyncio.create_task(self._connect())

    async def close(self) -> None:
        """Let go of it."""
        if self._connecting is not None:
            self._connecting.cancel()
            with suppress(asyncio.CancelledError):
                await self._connecting
        if self._handler is not None:
            await self._handler.close_async()

    async def _connect(self) -> None:
        from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler

        told = logging.getLogger(f"{__name__}.connection")
        told.filters = [_Told()]
        self._handler = AsyncSocketModeHandler(self._app, self._token, logger=told, ping_interval=_PING)
        try:
            await self._handler.connect_async()
            _log.info("listening to Slack over a WebSocket")
        except asyncio.CancelledError:
            raise
        except Exception as error:
            _log.error("Slack cannot be listened to: %s", type(error).__name__)
