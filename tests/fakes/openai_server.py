"""An OpenAI-compatible chat endpoint on loopback that says what it is told to, and remembers what it was asked."""

from __future__ import annotations

import asyncio
import itertools
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.loopback import listening


@dataclass(frozen=True)
class Says:
    """A streamed reply. `ends` is the finish reason; None leaves the stream without one."""

    pieces: Sequence[str]
    pause: float = 0.0
    ends: str | None = "stop"
    usage: bool = True


@dataclass(frozen=True)
class Refuses:
    """An HTTP error."""

    status: int
    body: str = '{"error": {"message": "no", "type": "fake", "code": "fake"}}'
    retry_after: str | None = None


@dataclass(frozen=True)
class Sends:
    """These bytes as the body of a 200."""

    body: bytes
    content_type: str = "text/event-stream"


@dataclass(frozen=True)
class Drops:
    """The connection breaks after these pieces."""

    pieces: Sequence[str] = ()


@dataclass(frozen=True)
class NeverEnds:
    """The same piece again and again, `{n}` in it a number that rises; with an empty piece it is silent.

    Without `head` it does not even begin to answer.
    """

    piece: str = "and so on {n} "
    pause: float = 0.002
    head: bool = True


@dataclass(frozen=True)
class Stalls:
    """These pieces, and then silence on an open connection."""

    pieces: Sequence[str]


@dataclass(frozen=True)
class Drips:
    """A whole reply that comes a few bytes at a time."""

    pieces: Sequence[str]
    size: int = 1
    pause: float = 0.01


Reply = Says | Refuses | Sends | Drops | NeverEnds | Stalls | Drips


@dataclass
class FakeOpenAI:
    """Replies in the order of `script`; the last one again and again. Counts clients that hung up."""

    url: str = ""
    script: list[Reply] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    hung_up: threading.Event = field(default_factory=threading.Event)
    open: int = 0

    def will(self, *replies: Reply) -> None:
        """Reply so from now on."""
        self.script = list(replies)

    def next_reply(self, request: dict[str, Any]) -> Reply:
        """What a request gets."""
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """The ASGI application."""
        if scope["type"] != "http":
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        if not scope["path"].endswith("/chat/completions"):
            await _whole(send, 404, b"{}", "application/json")
            return
        self.requests.append(json.loads(body))
        self.headers.append({k.decode(): v.decode() for k, v in scope["headers"]})
        reply = self.next_reply(self.requests[-1])
        self.open += 1
        talking = asyncio.ensure_future(self._reply(reply, send))
        leaving = asyncio.ensure_future(receive())
        try:
            await asyncio.wait({talking, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not talking.done():
                self.hung_up.set()
            else:
                talking.result()
        finally:
            self.open -= 1
            talking.cancel()
            leaving.cancel()

    async def _reply(self, reply: Reply, send: Any) -> None:
        if isinstance(reply, Refuses):
            await _whole(send, reply.status, reply.body.encode(), "application/json", reply.retry_after)
        elif isinstance(reply, Sends):
            await _whole(send, 200, reply.body, reply.content_type)
        elif isinstance(reply, NeverEnds) and not reply.head:
            await asyncio.sleep(3600)
        else:
            await send(
                {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]}
            )
            await (_drip if isinstance(reply, Drips) else _stream)(reply, send)


async def _stream(reply: Any, send: Any) -> None:
    if isinstance(reply, NeverEnds):
        for n in itertools.count(1):
            if reply.piece:
                await _event(send, _chunk(reply.piece.replace("{n}", str(n))))
            await asyncio.sleep(reply.pause)
    await _event(send, _chunk("", role="assistant"))
    for piece in reply.pieces:
        if isinstance(reply, Says) and reply.pause:
            await asyncio.sleep(reply.pause)
        await _event(send, _chunk(piece))
    if isinstance(reply, Stalls):
        await asyncio.sleep(3600)
    if isinstance(reply, Drops):
        raise ConnectionAbortedError  # uvicorn closes the connection in the middle of the body
    if reply.ends:
        await _event(send, _chunk(None, ends=reply.ends))
    if reply.usage:
        await _event(send, _chunk(None, usage={"prompt_tokens": 120, "completion_tokens": 17, "total_tokens": 137}))
    if reply.ends:
        await _event(send, "[DONE]")
    await send({"type": "http.response.body", "body": b""})


async def _drip(reply: Drips, send: Any) -> None:
    events = [_chunk("", role="assistant"), *(_chunk(piece) for piece in reply.pieces), _chunk(None, ends="stop")]
    body = "".join(f"data: {event}\n\n" for event in [*events, "[DONE]"]).encode()
    for at in range(0, len(body), reply.size):
        await send({"type": "http.response.body", "body": body[at : at + reply.size], "more_body": True})
        await asyncio.sleep(reply.pause)
    await send({"type": "http.response.body", "body": b""})


async def _event(send: Any, data: str) -> None:
    await send({"type": "http.response.body", "body": f"data: {data}\n\n".encode(), "more_body": True})


def _chunk(content: str | None, role: str | None = None, ends: str | None = None, usage: Any = None) -> str:
    delta = {k: v for k, v in (("role", role), ("content", content)) if v is not None}
    choices = [] if usage else [{"index": 0, "delta": delta, "finish_reason": ends}]
    return json.dumps(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "fake",
            "choices": choices,
            "usage": usage,
        }
    )


async def _whole(send: Any, status: int, body: bytes, content_type: str, retry_after: str | None = None) -> None:
    headers = [(b"content-type", content_type.encode()), (b"content-length", str(len(body)).encode())]
    if retry_after is not None:
        headers.append((b"retry-after", retry_after.encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@contextmanager
def running() -> Iterator[FakeOpenAI]:
    """A fake server on a free port of the loopback interface."""
    fake = FakeOpenAI()
    with listening(fake) as address:
        fake.url = f"{address}/v1"
        yield fake
