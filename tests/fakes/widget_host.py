"""A site of somebody else's on loopback, whose pages have the widget in them and whose server holds an API key."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import parse_qs

import httpx

from tests.fakes.loopback import listening

# What the widget needs on a page that forbids everything else.
STRICT = (
    "default-src 'none'; script-src {service}/widget.js 'nonce-page'; connect-src 'self' {service}; style-src "
    "'nonce-page'; img-src data:; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; "
    "trusted-types lit-html"
)


@dataclass
class HostSite:
    """Gives tokens as `gives` says: by minting them, or a status, or what stands there; `asked` are the requests."""

    key: str = ""
    service: str = ""
    url: str = ""
    gives: int | Mapping[str, Any] | None = None
    groups: list[str] | None = None
    asked: list[str] = field(default_factory=list)
    minted: list[dict[str, Any]] = field(default_factory=list)
    _pages: dict[str, tuple[str, str]] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def page(
        self,
        body: str = "",
        *,
        head: str = "",
        lang: str = "en",
        direction: str = "ltr",
        policy: str = STRICT,
        path: str = "",
        script: bool = True,
        service: str = "",
        loads: str = "",
        **attributes: str | None,
    ) -> str:
        """Have a page with the script tag in it; gives its address. An attribute that is None is left out."""
        asks = service or self.service
        given = {"token_url": "/token", **attributes}
        data = "".join(
            f' data-{name.replace("_", "-")}="{escape(value)}"' for name, value in given.items() if value is not None
        )
        tag = f'<script src="{loads or asks}/widget.js"{data if script else ""}></script>'
        path = path or f"/page-{next(self._numbers)}"
        html = (
            f'<!doctype html><html lang="{lang}" dir="{direction}"><head><meta charset="utf-8"><title>A page</title>'
            f'<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">{head}</head>'
            f"<body>{body}{tag}</body></html>"
        )
        self._pages[path] = (html, policy.format(service=asks))
        return self.url + path

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """The ASGI application."""
        if scope["type"] != "http":
            return
        path = scope["path"]
        if path.startswith("/token"):
            status, answer = await self._token(scope)
            await _send(send, status, json.dumps(answer), "application/json")
        elif path in self._pages:
            html, policy = self._pages[path]
            await _send(send, 200, html, "text/html; charset=utf-8", policy)
        else:
            await _send(send, 404, "", "text/plain")

    async def _token(self, scope: Any) -> tuple[int, Any]:
        self.asked.append(scope["path"])
        if isinstance(self.gives, int):
            return self.gives, {}
        if self.gives is not None:
            return 200, self.gives
        user = parse_qs(scope["query_string"].decode()).get("user", ["li.wei"])[0]
        body = {"origin": self.url, "user": user, "groups": self.groups}
        async with httpx.AsyncClient(trust_env=False) as client:
            made = await client.post(
                f"{self.service}/v1/widget/tokens", json=body, headers={"Authorization": f"Bearer {self.key}"}
            )
        self.minted.append(made.json())
        return made.status_code if made.status_code != 201 else 200, made.json()


async def _send(send: Any, status: int, body: str, kind: str, policy: str = "") -> None:
    headers = [(b"content-type", kind.encode()), (b"cache-control", b"no-store")]
    if policy:
        headers.append((b"content-security-policy", policy.encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body.encode()})


@contextmanager
def hosting() -> Iterator[HostSite]:
    """A site on a free port of the loopback interface."""
    site = HostSite()
    with listening(site) as site.url:
        yield site
