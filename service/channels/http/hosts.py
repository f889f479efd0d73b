"""Refuses requests under a name that is not the service's own.

A web site can point a name of its own at 127.0.0.1 (DNS rebinding) and have a visitor's browser read what a service
answers there to everyone on its machine. The browser still sends that name in Host.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from service.channels.http.problems import Kind, respond
from service.settings import Settings
from service.settings.access import is_loopback

_MISDIRECTED = Kind(
    "misdirected",
    421,
    "Not a name of this service",
    "This service does not answer under the name it was asked by. Ask it by the address it was started with, or add "
    "the name to FOOTNOTE_AUTH__HOSTS.",
)


class KnownHosts:
    """Checks Host where the service answers everyone on its own machine, or where names are set."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._names = frozenset(name.lower() for name in _names(settings))
        self._checks = bool(settings.auth.hosts) or (settings.answers_anyone and is_loopback(settings.host))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and self._checks and _over_tcp(scope) and not self._known(scope):
            await respond(Request(scope), _MISDIRECTED)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _known(self, scope: Scope) -> bool:
        sent = Headers(scope=scope).getlist("host")
        try:
            host = urlsplit(f"//{sent[0]}").hostname if len(sent) == 1 else None
        except ValueError:
            return False
        return host is not None and (is_loopback(host) or host.lower().rstrip(".") in self._names)


def _names(settings: Settings) -> Iterator[str]:
    yield from settings.auth.hosts
    yield settings.host
    yield urlsplit(settings.public_url or "").hostname or settings.host


def _over_tcp(scope: Scope) -> bool:
    """Whether an address connected: no name leads to a Unix socket."""
    try:
        ipaddress.ip_address((scope.get("client") or ("",))[0])
    except ValueError:
        return False
    return True
