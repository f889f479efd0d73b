"""Around every request: it is counted, timed, traced and logged, and what it logs itself has its ids."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from service.telemetry.context import Requested, serve
from service.telemetry.telemetry import Telemetry

_Scope = MutableMapping[str, Any]
_Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
_Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
_App = Callable[[_Scope, _Receive, _Send], Awaitable[None]]
_LEFT = 499
# Routes that do not say what they are.
_PLAIN = ("/mcp", "/slack/events")


class Watching:
    """Plain ASGI: streams go through it untouched."""

    def __init__(self, app: _App, telemetry: Telemetry) -> None:
        self._app, self._telemetry = app, telemetry

    async def __call__(self, scope: _Scope, receive: _Receive, send: _Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request, status, began = Requested(scope), _LEFT, time.perf_counter()

        async def watched(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        serve(request)
        self._telemetry.began(request, lambda: _headers(scope))
        try:
            await self._app(scope, receive, watched)
        except asyncio.CancelledError:
            raise
        except BaseException:
            status = 500
            raise
        finally:
            self._telemetry.ended(request, _route(scope), status, time.perf_counter() - began)


def _route(scope: _Scope) -> str:
    """The route as it is written, not the path that was asked for: there are as many of those as anyone likes."""
    path = getattr(scope.get("route"), "path", None)
    if isinstance(path, str):
        return path
    return next((one for one in _PLAIN if scope["path"].rstrip("/") == one), "(none)")


def _headers(scope: _Scope) -> Mapping[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
