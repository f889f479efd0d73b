"""An OpenAI-compatible embeddings endpoint on loopback that counts every text it is asked for, and fails as it is told.

Its vectors are hashed terms, so that texts with words in common are near each other.
"""

from __future__ import annotations

import base64
import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np

from ingest.embedding.hashing import HashingEmbedder

DIMENSIONS = 64


@dataclass(frozen=True)
class Fails:
    """An HTTP error, with a code that the client may read."""

    status: int
    headers: Mapping[str, str] = field(default_factory=lambda: {"retry-after-ms": "5"})


@dataclass(frozen=True)
class HalfSent:
    """The connection breaks in the middle of the answer."""


@dataclass(frozen=True)
class Late:
    """The answer comes so many seconds late."""

    seconds: float


@dataclass(frozen=True)
class Sized:
    """Vectors of another length."""

    dimensions: int


Reply = Fails | HalfSent | Late | Sized


class Endpoint:
    """What was asked, and what is answered. `decide` sees the texts of a request first, then `script` is used up."""

    def __init__(self) -> None:
        self.url = ""
        self.seconds = 0.0
        self.script: list[Reply] = []
        self.decide: Callable[[Sequence[str]], Reply | None] = lambda _: None
        self.before_answer: Callable[[int], None] = lambda _: None
        self.after_answer: Callable[[int], None] = lambda _: None
        self.requests: list[tuple[str, ...]] = []
        self.asked: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()
        self.answers = 0

    def reset(self) -> None:
        """Forget what was asked and how to answer."""
        with self._lock:
            self.script, self.requests, self.asked, self.answers = [], [], Counter(), 0
            self.decide, self.before_answer, self.after_answer = lambda _: None, lambda _: None, lambda _: None

    def hear(self, model: str, texts: Sequence[str]) -> Reply | None:
        """Count the texts; how the request is to be answered."""
        with self._lock:
            self.requests.append(tuple(texts))
            self.asked.update((model, text) for text in texts)
            return self.decide(texts) or (self.script.pop(0) if self.script else None)

    def counted(self) -> int:
        """The number of the answer that is about to be sent."""
        with self._lock:
            self.answers += 1
            return self.answers


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    endpoint: Endpoint

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        texts = [request["input"]] if isinstance(request["input"], str) else request["input"]
        reply = self.endpoint.hear(request["model"], texts)
        time.sleep(self.endpoint.seconds + (reply.seconds if isinstance(reply, Late) else 0))
        with suppress(ConnectionError):  # whoever asked may have been killed
            if isinstance(reply, Fails):
                self._send(reply.status, b'{"error": {"message": "no", "type": "fake", "code": "fake"}}', reply.headers)
            else:
                body = _answer(request, texts, reply.dimensions if isinstance(reply, Sized) else DIMENSIONS)
                number = self.endpoint.counted()
                self.endpoint.before_answer(number)
                if isinstance(reply, HalfSent):
                    self._half(body)
                else:
                    self._send(200, body)
                    self.endpoint.after_answer(number)

    def _send(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"content-type": "application/json", "content-length": len(body), **(headers or {})}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body)

    def _half(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2])
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed in the middle is what is tested."""


def _answer(request: Mapping[str, Any], texts: Sequence[str], dimensions: int) -> bytes:
    made = HashingEmbedder(dimensions).passages(texts)
    packed: Callable[[Any], Any] = (
        (lambda row: base64.b64encode(np.asarray(row, np.float32).tobytes()).decode())
        if request.get("encoding_format") == "base64"
        else (lambda row: [float(v) for v in row])
    )
    rows = [{"object": "embedding", "index": i, "embedding": packed(row)} for i, row in enumerate(made)]
    usage = {"prompt_tokens": 1, "total_tokens": 1}
    return json.dumps({"object": "list", "model": request["model"], "data": rows, "usage": usage}).encode()


@contextmanager
def serving() -> Iterator[Endpoint]:
    """An endpoint on a free port of the loopback interface."""
    endpoint = Endpoint()
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"endpoint": endpoint}))
    endpoint.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield endpoint
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
