"""A proxy on loopback between a browser and a service, which breaks as networks and proxies do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.fakes.loopback import listening

_HOP = {b"connection", b"transfer-encoding", b"content-length", b"host", b"keep-alive", b"date", b"server"}


@dataclass
class BreakingProxy:
    """Passes everything on, but for what it is told; `seen` are method and path of each request."""

    to: str
    url: str = ""
    # The connection breaks once the response of a POST has had this in it, that often.
    cut_after: bytes = b""
    cuts: int = 0
    # Requests to /v1/ask that are answered with this status and `Retry-After` instead, that often.
    refuses: int = 0
    status: int = 429
    retry_after: str = "1"
    seen: list[str] = field(default_factory=list)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """The ASGI application."""
        if scope["type"] != "http":
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        method, path = scope["method"], scope["path"]
        self.seen.append(f"{method} {path}")
        if self.refuses and method == "POST" and path == "/v1/ask":
            self.refuses -= 1
            await self._refuse(scope, send)
            return
        target = f"{self.to}{path}?{scope['query_string'].decode()}".rstrip("?")
        headers = [(name, value) for name, value in scope["headers"] if name not in _HOP]
        async with (
            httpx.AsyncClient(trust_env=False, timeout=60) as client,
            client.stream(method, target, headers=headers, content=body) as response,
        ):
            passed = [(name.lower(), value) for name, value in response.headers.raw if name.lower() not in _HOP]
            await send({"type": "http.response.start", "status": response.status_code, "headers": passed})
            had = b""
            async for piece in response.aiter_raw():
                await send({"type": "http.response.body", "body": piece, "more_body": True})
                had += piece
                if self.cuts and self.cut_after and self.cut_after in had and method in ("POST", "GET"):
                    self.cuts -= 1
                    raise ConnectionAbortedError  # uvicorn closes the connection in the middle of the body
            await send({"type": "http.response.body", "body": b""})

    async def _refuse(self, scope: Any, send: Any) -> None:
        origin = dict(scope["headers"]).get(b"origin", b"*")
        headers = [
            (b"access-control-allow-origin", origin),
            (b"access-control-expose-headers", b"Retry-After"),
            (b"retry-after", self.retry_after.encode()),
        ]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"too many"})


@contextmanager
def proxying(to: str) -> Iterator[BreakingProxy]:
    """A proxy to a service, on a free port of the loopback interface."""
    proxy = BreakingProxy(to)
    with listening(proxy) as proxy.url:
        yield proxy
