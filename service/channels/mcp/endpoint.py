"""`/mcp`: streamable HTTP, each request whole in itself, so that any worker can answer it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from service.channels.mcp.desk import Desk, Here
from service.errors import Forbidden
from service.running import Running
from service.settings import Settings
from service.settings.access import is_loopback, origin_of

if TYPE_CHECKING:
    from mcp.server.mcpserver import Context, MCPServer

_MOST_BYTES = 900_000


class McpEndpoint:
    """Knows who asks before the protocol's server sees anything."""

    def __init__(self) -> None:
        self._loading = asyncio.Lock()
        self._server: MCPServer | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request.

        Raises:
            HTTPException: only POST has anything to answer: there are no sessions to end and no stream to listen to.
            Forbidden: a page of another site asks.
            NotAllowed: who asks did not show who they are.
        """
        request = Request(scope, receive)
        running: Running = request.state.running
        _check_origin(request.headers.get("origin"), running.settings)
        asker = await running.authenticator.identify(request.headers, request.client.host if request.client else None)
        if request.method != "POST":
            raise HTTPException(405, headers={"Allow": "POST"})
        server = await self._loaded()
        base = running.settings.public_url or str(request.base_url)
        request.state.desk = Here(running.gateway, running.index.catalogue, asker, base)
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        # One for each request: what it started ends with it, when the client leaves, too.
        manager = StreamableHTTPSessionManager(
            server._lowlevel_server, stateless=True, max_request_body_size=_MOST_BYTES
        )
        refused = 0

        async def told(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start" and message["status"] >= 400 and _says_nothing(message):
                refused = message["status"]
            if not refused:
                await send(message)

        async with manager.run():
            await manager.handle_request(scope, receive, told)
        if refused:
            raise HTTPException(refused)

    async def _loaded(self) -> MCPServer:
        """The server, loaded with the first request: others need not wait for it."""
        async with self._loading:
            if self._server is None:
                self._server = await asyncio.to_thread(_build)
            return self._server


def _build() -> MCPServer:
    from service.channels.mcp.server import build_server

    def desk_of(context: Context[Any, Any]) -> Desk:
        request: Any = context.request_context.request
        desk: Desk = request.state.desk
        return desk

    return build_server(desk_of)


def _check_origin(origin: str | None, settings: Settings) -> None:
    """Browsers name the page that asks. A name that leads here from elsewhere (DNS rebinding) is refused by it."""
    if origin is None or "*" in settings.widget.origins or origin in settings.widget.origins:
        return
    own = origin_of(settings.public_url) if settings.public_url else None
    asking = origin_of(origin)
    local = is_loopback(settings.host) and asking is not None and is_loopback(urlsplit(asking).hostname)
    if asking is None or not (asking == own or local):
        raise Forbidden(
            "Pages of this origin may not ask. Whoever runs this service can name it in FOOTNOTE_WIDGET__ORIGINS."
        )


def mcp_route() -> Route:
    """Where an application answers it."""
    return Route("/mcp", McpEndpoint(), include_in_schema=False)


def _says_nothing(start: Message) -> bool:
    """Whether the protocol's server refuses in bare words, which its clients do not read either."""
    return all(name.lower() != b"content-type" for name, _ in start["headers"])
