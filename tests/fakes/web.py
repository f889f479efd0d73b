"""Web sites on loopback, and an Internet of names and public addresses that all lead to them."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpcore

from ingest.settings import WebSettings
from ingest.sources.web.fetch import Fetcher


@dataclass(frozen=True)
class Reply:
    """An answer. `pieces` instead of `body` are sent as they come, with `pause` seconds between them."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = "text/html"
    pieces: Iterable[bytes] | None = None
    pause: float = 0.0
    length: int | None = None  # what Content-Length says, where that is a lie
    raw: Iterable[bytes] | None = None  # everything, from the status line on


@dataclass(frozen=True)
class Request:
    """What a server was asked. `host` is the Host header, `at` the moment by `time.monotonic`."""

    host: str
    path: str
    headers: Mapping[str, str]
    at: float
    server: str


def redirect(to: str, status: int = 302) -> Reply:
    """An answer that leads elsewhere."""
    return Reply(status=status, headers={"Location": to})


Answer = Reply | Callable[[Request], Reply] | Sequence[Reply]


class Site:
    """A web server on one loopback address. What is not in `pages` (keyed by "host/path" or "/path") is 404."""

    def __init__(self, address: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        self.pages: dict[str, Answer] = {}
        self.requests: list[Request] = []
        self._asked: dict[str, int] = {}
        self._server = ThreadingHTTPServer((address, 0), self._handler())
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self.address, self.port = address, int(self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        """The site's own address."""
        return f"http://{self.address}:{self.port}"

    def paths(self, host: str | None = None) -> list[str]:
        """What was asked for, in order, robots.txt left out."""
        return [r.path for r in self.requests if r.path != "/robots.txt" and host in (None, r.host)]

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, request: Request) -> Reply:
        key = next((k for k in (f"{request.host}{request.path}", request.path) if k in self.pages), None)
        answer: Answer = Reply(b"There is no such page.", 404) if key is None else self.pages[key]
        if isinstance(answer, Reply):
            return answer
        if callable(answer):
            return answer(request)
        number = self._asked[key or ""] = self._asked.get(key or "", 0) + 1
        return answer[min(number, len(answer)) - 1]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                headers = {k.lower(): v for k, v in self.headers.items()}
                request = Request(headers.get("host", ""), self.path, headers, time.monotonic(), site.address)
                site.requests.append(request)
                self._send(site._answer(request))
                self.close_connection = True

            def _send(self, reply: Reply) -> None:
                if reply.raw is not None:
                    for piece in reply.raw:
                        self.wfile.write(piece)
                        self.wfile.flush()
                        time.sleep(reply.pause)
                    return
                self.send_response(reply.status)
                if "Content-Type" not in reply.headers and reply.media_type:
                    self.send_header("Content-Type", reply.media_type)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                if reply.pieces is None:
                    self.send_header("Content-Length", str(len(reply.body) if reply.length is None else reply.length))
                    self.end_headers()
                    self.wfile.write(reply.body)
                    return
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                for piece in reply.pieces:
                    self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
                    self.wfile.flush()
                    time.sleep(reply.pause)
                self.wfile.write(b"0\r\n\r\n")

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        return Handler


@contextmanager
def site(address: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> Iterator[Site]:
    """A site that answers until the end of the block."""
    served = Site(address, tls)
    try:
        yield served
    finally:
        served.close()


class Internet(httpcore.NetworkBackend):
    """A name service and a network in one: names have public addresses, and those lead to sites on loopback.

    A name's addresses are given in a list of answers, one a question; the last is given again and again.
    """

    def __init__(self) -> None:
        self.names: dict[str, list[list[str]]] = {}
        self.sites: dict[str, Site] = {}
        self.asked: list[str] = []
        self.connected: list[tuple[str, int]] = []
        self._network = httpcore.SyncBackend()

    def host(self, name: str, site: Site, address: str = "93.184.215.14") -> None:
        """From now on `name` is at the public `address`, where `site` answers on every port."""
        self.names[name] = [[address]]
        self.sites[address] = site

    def resolve(self, host: str, port: int) -> list[str]:
        """As a name service."""
        self.asked.append(host)
        try:
            socket.inet_pton(socket.AF_INET6 if ":" in host else socket.AF_INET, host)
            return [host]
        except OSError:
            pass
        if host not in self.names:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        answers = self.names[host]
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """As the network; an address where nobody is refuses the connection."""
        self.connected.append((host, port))
        if host not in self.sites:
            raise httpcore.ConnectError("refused")
        site = self.sites[host]
        return self._network.connect_tcp(site.address, site.port, timeout, local_address, socket_options)


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.time = 1_000.0
        self.slept: list[float] = []

    def now(self) -> float:
        """The time."""
        return self.time

    def sleep(self, seconds: float) -> None:
        """Let it pass."""
        self.slept.append(seconds)
        self.time += seconds


def visitor(internet: Internet, clock: Clock | None = None, tls: ssl.SSLContext | None = None, **given: Any) -> Fetcher:
    """A fetcher on this Internet that never really waits; `given` are settings."""
    settings = WebSettings(**{"timeout": 5, "pace": 0, **given})
    return Fetcher(settings, resolver=internet, network=internet, clock=clock or Clock(), tls=tls, jitter=lambda: 0.0)
