"""An intranet with Footnote's widget in it: what a page and the server behind it have to do, and nothing else.

The server holds the API key and gives the browsers of its visitors tokens that last minutes. Standard library alone.

    INTRANET_API_KEY=fn_… python examples/intranet/serve.py --service http://127.0.0.1:8000 --port 8080
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import secrets
import sys
import urllib.error
import urllib.request
from http import HTTPStatus
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from string import Template
from urllib.parse import parse_qs, urlsplit

PAGES = Path(__file__).parent / "pages"
# Who may sign in, and the groups of Footnote that each belongs to. Yours come from your directory.
VISITORS = {"li.wei": ["public", "hr"], "guest": ["public"]}
FIRST = next(iter(VISITORS))
TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}


class Intranet(ThreadingHTTPServer):
    """The server: where Footnote is, the key to ask it with, and who is signed in."""

    daemon_threads = True

    def __init__(self, port: int, service: str, key: str) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.origin = f"http://127.0.0.1:{self.server_address[1]}"
        self.service, self.key = service.rstrip("/"), key
        self.sessions: dict[str, str] = {}
        # The widget needs three of these: its script, requests to Footnote, and (for a strict page) the name of Lit's
        # Trusted Types policy. Its styles are constructed, so `style-src` does not have to allow inline ones.
        self.policy = "; ".join(
            [
                "default-src 'none'",
                f"script-src {self.service}/widget.js",
                f"connect-src 'self' {self.service}",
                "style-src 'self'",
                "img-src 'self'",
                "form-action 'self'",
                "base-uri 'none'",
                "frame-ancestors 'none'",
                "require-trusted-types-for 'script'",
                "trusted-types lit-html",
            ]
        )

    def token(self, visitor: str) -> bytes:
        """A token of Footnote for the page of this visitor, as JSON. Raises OSError where there is none to be had."""
        asked = {"origin": self.origin, "user": visitor, "groups": VISITORS[visitor]}
        request = urllib.request.Request(
            f"{self.service}/v1/widget/tokens",
            json.dumps(asked).encode(),
            {"Content-Type": "application/json", "Authorization": f"Bearer {self.key}"},
        )
        with urllib.request.urlopen(request, timeout=10) as response:
            return bytes(response.read())


class Handler(BaseHTTPRequestHandler):
    """Pages, the token endpoint, and signing in as somebody else."""

    server: Intranet
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Give a page or a token."""
        path = urlsplit(self.path).path
        if path == "/footnote-token":
            self._token()
            return
        page = PAGES / ("index.html" if path == "/" else path.removeprefix("/"))
        if page.parent != PAGES or page.suffix not in TYPES or not page.is_file():
            self._send(HTTPStatus.NOT_FOUND, b"There is no such page.", "text/plain")
            return
        body = page.read_text("utf-8")
        if page.suffix == ".html":
            body = Template(body).substitute(service=self.server.service, visitor=self._visitor() or FIRST)
        self._send(HTTPStatus.OK, body.encode(), TYPES[page.suffix])

    def do_POST(self) -> None:
        """Sign in as another visitor. Yours ask for a password, of course, or leave it to single sign-on."""
        fields = parse_qs(self.rfile.read(min(int(self.headers.get("Content-Length") or 0), 1000)).decode())
        visitor = fields.get("visitor", [""])[0]
        if urlsplit(self.path).path != "/sign-in" or visitor not in VISITORS:
            self._send(HTTPStatus.NOT_FOUND, b"There is no such visitor.", "text/plain")
            return
        self._send(HTTPStatus.SEE_OTHER, b"", "text/plain", visitor, Location="/")

    def _token(self) -> None:
        """What the widget asks of a page: a token for whoever is signed in, and 401 for nobody."""
        visitor = self._visitor()
        if visitor is None:
            self._send(HTTPStatus.UNAUTHORIZED, b"{}", "application/json")
            return
        try:
            self._send(HTTPStatus.OK, self.server.token(visitor), "application/json")
        except OSError as error:
            reason = error.code if isinstance(error, urllib.error.HTTPError) else "no connection"
            print(f"intranet: Footnote gave no token: {reason}", file=sys.stderr)
            self._send(HTTPStatus.BAD_GATEWAY, b"{}", "application/json")

    def _visitor(self) -> str | None:
        """Who is signed in; the first page that somebody opens signs them in, so that there is something to see."""
        session = SimpleCookie(self.headers.get("Cookie")).get("session")
        return self.server.sessions.get(session.value) if session else None

    def _send(self, status: HTTPStatus, body: bytes, kind: str, visitor: str | None = None, **headers: str) -> None:
        if visitor is None and kind == TYPES[".html"] and self._visitor() is None:
            visitor = FIRST
        self.send_response(status)
        if visitor is not None:
            session = secrets.token_urlsafe(32)
            self.server.sessions[session] = visitor
            self.send_header("Set-Cookie", f"session={session}; HttpOnly; SameSite=Lax; Path=/")
        shared = {"Content-Type": kind, "Content-Length": str(len(body)), "Cache-Control": "no-store"}
        strict = {"Content-Security-Policy": self.server.policy, "X-Content-Type-Options": "nosniff"}
        for name, value in {**shared, **strict, **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing of each request."""


def main() -> None:
    """Serve until interrupted."""
    options = argparse.ArgumentParser(description="An intranet with Footnote's widget in it.")
    options.add_argument("--service", default="http://127.0.0.1:8000", help="where Footnote is")
    options.add_argument("--port", type=int, default=8080)
    chosen = options.parse_args()
    key = os.environ.get("INTRANET_API_KEY", "")
    if not key:
        sys.exit("Set INTRANET_API_KEY to what `footnote keys create --group public` prints.")
    with Intranet(chosen.port, chosen.service, key) as intranet:
        print(f"The intranet is at {intranet.origin}/ and asks {intranet.service}", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            intranet.serve_forever()


if __name__ == "__main__":
    main()
