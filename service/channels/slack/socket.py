"""Socket Mode: Slack is listened to over a WebSocket that this process opens."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp

_log = logging.getLogger(__name__)
_PING = 5.0
_EVERY = 60.0
# Slack's word for what is wrong.
_CODE = re.compile(r"'error': '([a-z_]+)'")


class _Told(logging.Filter):
    """One sentence a minute in place of tracebacks, in which the address of the connection could stand."""

    def __init__(self) -> None:
        super().__init__()
        self._next = 0.0

    def filter(self, record: logging.LogRecord) -> bool:
        """See `logging.Filter`."""
        if record.levelno < logging.ERROR or time.monotonic() < self._next:
            return False
        self._next = time.monotonic() + _EVERY
        code = _CODE.search(record.getMessage())
        record.msg = "Slack cannot be listened to at the moment%s; it is tried again and again."
        record.args, record.exc_info = (f" (it says {code[1]})" if code else "",), None
        return True


class Connected:
    """A connection that is made again whenever it is lost."""

    def __init__(self, app: AsyncApp, app_token: str) -> None:
        self._app, self._token = app, app_token
        self._handler: Any = None
        self._connecting: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Connect, however long that takes: questions over HTTP need not wait for it."""
        self._connecting = asyncio.create_task(self._connect())

    @property
    def open(self) -> bool:
        """Whether Slack is listened to now."""
        if self._handler is None:
            return False
        client = self._handler.client
        return client.current_session is not None and not client.current_session.closed and not client.closed

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
