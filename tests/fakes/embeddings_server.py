"""An OpenAI-compatible embeddings endpoint on loopback that answers as it is told to, and remembers its requests."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tests.fakes.loopback import listening


@dataclass(frozen=True)
class Embeds:
    """A vector of `dimensions` a text (`vector_of`); what to spoil is named by the rest."""

    dimensions: int = 8
    backwards: bool = False
    missing: int = 0
    first: Any = None


@dataclass(frozen=True)
class Refuses:
    """An HTTP error. The client's own waiting is shortened so that tests do not wait."""

    status: int
    headers: Mapping[str, str] = field(default_factory=lambda: {"retry-after-ms": "5"})
    body: str = '{"error": {"message": "no", "type": "fake", "code": "fake"}}'


@dataclass(frozen=True)
class Sends:
    """These bytes as the body of a 200."""

    body: bytes
    content_type: str = "application/json"


@dataclass(frozen=True)
class Drops:
    """The connection breaks in the middle of the body."""


@dataclass(frozen=True)
class Sleeps:
    """No answer for so many seconds."""

    seconds: float


Reply = Embeds | Refuses | Sends | Drops | Sleeps


def vector_of(text: str, dimensions: int = 8) -> list[float]:
    """A vector that depends on the text alone, not of length 1."""
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    return [float(v) for v in np.random.default_rng(seed).normal(size=dimensions).astype(np.float32)]


@dataclass
class FakeEmbeddings:
    """Replies in the order of `script`; the last one again and again."""

    url: str = ""
    script: list[Reply] = field(default_factory=lambda: [Embeds()])
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def will(self, *replies: Reply) -> None:
        """Reply so from now on."""
        self.script = list(replies)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """The ASGI application."""
        if scope["type"] != "http":
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        if not scope["path"].endswith("/embeddings"):
            await _whole(send, 404, b"{}")
            return
        request = json.loads(body)
        self.requests.append(request)
        self.headers.append({k.decode(): v.decode() for k, v in scope["headers"]})
        reply = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(reply, Embeds):
            await _whole(send, 200, json.dumps(_answer(reply, request)).encode())
        elif isinstance(reply, Refuses):
            await _whole(send, reply.status, reply.body.encode(), headers=reply.headers)
        elif isinstance(reply, Sends):
            await _whole(send, 200, reply.body, reply.content_type)
        elif isinstance(reply, Sleeps):
            await asyncio.sleep(reply.seconds)
        else:
            headers = [(b"content-type", b"application/json"), (b"content-length", b"5000")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": b'{"object": "list", "data": [', "more_body": True})
            raise ConnectionAbortedError  # uvicorn closes the connection in the middle of the body


def _answer(reply: Embeds, request: dict[str, Any]) -> dict[str, Any]:
    def packed(vector: list[float]) -> Any:
        if request.get("encoding_format") != "base64":
            return vector
        return base64.b64encode(np.asarray(vector, np.float32).tobytes()).decode()

    texts = [request["input"]] if isinstance(request["input"], str) else request["input"]
    rows = [
        {"object": "embedding", "index": i, "embedding": packed(vector_of(text, reply.dimensions))}
        for i, text in enumerate(texts)
    ]
    if reply.first is not None:
        rows[0]["embedding"] = reply.first
    rows = rows[: len(rows) - reply.missing]
    return {
        "object": "list",
        "model": request["model"],
        "data": rows[::-1] if reply.backwards else rows,
        "usage": {"prompt_tokens": 1, "total_tokens": 1},
    }


async def _whole(
    send: Any,
    status: int,
    body: bytes,
    content_type: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> None:
    sent = {"content-type": content_type, "content-length": str(len(body)), **(headers or {})}
    pairs = [(k.encode(), v.encode()) for k, v in sent.items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": body})


@contextmanager
def running() -> Iterator[FakeEmbeddings]:
    """A fake server on a free port of the loopback interface."""
    fake = FakeEmbeddings()
    with listening(fake) as address:
        fake.url = f"{address}/v1"
        yield fake
