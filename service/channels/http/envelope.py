"""Around every request: its id, limits on its size, headers for all responses, and what refusals and faults leave."""

from __future__ import annotations

import logging
import re
import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ingest.errors import FootnoteError
from service.channels.http.body import Body
from service.channels.http.problems import UNFORESEEN, Kind, respond
from service.channels.http.refusals import note_refusal
from service.connection import ClientLeft
from service.settings.http import HttpSettings

_log = logging.getLogger(__name__)
_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_LONG_ADDRESS = Kind(
    "address-too-long", 414, "Address too long", "The address is too long: send what you mean shorter."
)
_LONG_HEADERS = Kind(
    "headers-too-large",
    431,
    "Headers too large",
    "The headers of the request are too large: send fewer and shorter ones.",
)


class Envelope:
    """Plain ASGI, because Starlette's own body limit and error page answer past every handler in plain text."""

    def __init__(self, app: ASGIApp, limits: HttpSettings | None = None) -> None:
        self._app, self._limits = app, limits or HttpSettings()  # type: ignore[call-arg]

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
        body = Body(scope, receive, self._limits)

        async def enveloped(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                if message["status"] == 403:
                    note_refusal(scope)
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id
                headers["X-Content-Type-Options"] = "nosniff"
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        too_much = self._too_much(scope)
        if too_much is not None:
            await respond(Request(scope), too_much)(scope, receive, enveloped)
            return
        try:
            await self._app(scope, body, enveloped)
        except (ClientDisconnect, ClientLeft):
            _log.info("%s the client left", request_id)
        except Exception:
            _log.exception("%s %s %s", request_id, scope["method"], scope["path"])
            if started:
                raise
            await respond(Request(scope), UNFORESEEN)(scope, receive, enveloped)

    def _too_much(self, scope: Scope) -> Kind | None:
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > self._limits.header_bytes:
            return _LONG_ADDRESS
        if sum(len(name) + len(value) for name, value in scope["headers"]) > self._limits.header_bytes:
            return _LONG_HEADERS
        return None

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
