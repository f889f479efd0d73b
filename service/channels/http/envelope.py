"""Around every request: its id, a limit on its body, headers for all responses, and an answer to the unforeseen."""

from __future__ import annotations

import logging
import re
import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ingest.errors import FootnoteError
from service.channels.http.problems import UNFORESEEN, respond

_log = logging.getLogger(__name__)
_MOST_BYTES = 1_000_000
_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Envelope:
    """Plain ASGI, because Starlette's own body limit and error page answer past every handler in plain text."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._request(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._lifespan(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _GIVEN_ID.fullmatch(given) else f"req_{secrets.token_hex(12)}"
        scope.setdefault("state", {})["request_id"] = request_id
        started = False
        read = 0

        async def limited() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > _MOST_BYTES:
                raise HTTPException(413)
            return message

        async def enveloped(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id
                headers["X-Content-Type-Options"] = "nosniff"
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        try:
            await self._app(scope, limited, enveloped)
        except ClientDisconnect:
            _log.info("%s the client left", request_id)
        except Exception:
            _log.exception("%s %s %s", request_id, scope["method"], scope["path"])
            if started:
                raise
            await respond(Request(scope), UNFORESEEN)(scope, receive, enveloped)

    async def _lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A service that cannot start says so in a sentence; Starlette would send a traceback."""
        failure: Message | None = None

        async def held(message: Message) -> None:
            nonlocal failure
            if message["type"] == "lifespan.startup.failed":
                failure = message
            else:
                await send(message)

        try:
            await self._app(scope, receive, held)
        except BaseException as error:
            if failure is not None:
                await send({**failure, "message": str(error)} if isinstance(error, FootnoteError) else failure)
            raise
