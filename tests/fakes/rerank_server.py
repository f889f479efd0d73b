"""A rerank endpoint on loopback, in both forms that are known; it answers as it is told to, and remembers requests."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.loopback import listening


@dataclass(frozen=True)
class Ranks:
    """Scores by this function of query and text, best first, as such endpoints send them."""

    score: Callable[[str, str], float]


@dataclass(frozen=True)
class Sends:
    """These bytes as the body of an answer."""

    body: bytes
    status: int = 200


@dataclass(frozen=True)
class Sleeps:
    """No answer for so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Drips:
    """A space again and again: no read takes long, and the answer never ends."""

    pause: float = 0.02


@dataclass(frozen=True)
class Drops:
    """The connection breaks in the middle of the body."""


Reply = Ranks | Sends | Sleeps | Drips | Drops


def liking(*phrases: str) -> Ranks:
    """The text with the first of these phrases is best, then that with the second; the rest is alike."""
    return Ranks(lambda _, text: next((0.9 - i / 10 for i, phrase in enumerate(phrases) if phrase in text), 0.01))


@dataclass
class FakeRerank:
    """Replies in the order of `script`; the last one again and again."""

    url: str = ""
    script: list[Reply] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def will(self, *replies: Reply) -> None:
        """Reply so from now on, and forget what was asked before."""
        self.script = list(replies)
        self.requests.clear()
        self.headers.clear()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """The ASGI application."""
        if scope["type"] != "http":
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        request = json.loads(body)
        self.requests.append(request)
        self.headers.append({k.decode(): v.decode() for k, v in scope["headers"]})
        reply = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(reply, Ranks):
            await _whole(send, 200, json.dumps(_answer(reply, request)).encode())
        elif isinstance(reply, Sends):
            await _whole(send, reply.status, reply.body)
        elif isinstance(reply, Sleeps):
            await asyncio.sleep(reply.seconds)
            await _whole(send, 200, b"[]")
        else:
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"100000")]})
            while isinstance(reply, Drips):
                await send({"type": "http.response.body", "body": b" ", "more_body": True})
                await asyncio.sleep(reply.pause)
            await send({"type": "http.response.body", "body": b'{"results": [', "more_body": True})
            raise ConnectionAbortedError  # uvicorn closes the connection in the middle of the body


def _answer(reply: Ranks, request: dict[str, Any]) -> Any:
    texts = request.get("texts", request.get("documents"))
    scored = sorted(((reply.score(request["query"], text), i) for i, text in enumerate(texts)), reverse=True)
    if "texts" in request:
        return [{"index": i, "score": score} for score, i in scored]
    rows = [{"index": i, "relevance_score": score} for score, i in scored][: request["top_n"]]
    return {"id": "1", "model": request["model"], "results": rows, "usage": {"total_tokens": 9}}


async def _whole(send: Any, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@contextmanager
def running() -> Iterator[FakeRerank]:
    """A fake server on a free port of the loopback interface."""
    fake = FakeRerank()
    with listening(fake) as address:
        fake.url = f"{address}/v1/rerank"
        yield fake
