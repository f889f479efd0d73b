"""A chat completion in chunks, as Server-Sent Events."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any

import anyio
from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event
from starlette.types import Send

from service.answer import AnswerEvent, Completed, Failed, Settled, Started
from service.channels.openai_api.completion import Chunks
from service.channels.openai_api.errors import UNAVAILABLE, UNFORESEEN, Told
from service.connection import with_pings

_log = logging.getLogger(__name__)
_HEADERS = {"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"}
_DONE = format_sse_event(data_str="[DONE]")


class ChunkStream(EventSourceResponse):
    """Closes what it streams when the client leaves, so that the model stops."""

    def __init__(
        self,
        events: AsyncGenerator[AnswerEvent, None],
        base: str,
        include_usage: bool,
        request_id: str,
        ping: float = 15,
    ) -> None:
        """`ping`: seconds of silence until a comment is sent; proxies give up after 30 or more."""
        self._events = events
        self._encoded = _encoded(events, base, include_usage, request_id, ping)
        super().__init__(self._encoded, headers=_HEADERS)

    async def stream_response(self, send: Send) -> None:
        """Send it all."""
        try:
            await super().stream_response(send)
        finally:
            with anyio.CancelScope(shield=True):
                await self._encoded.aclose()
                await self._events.aclose()


def failure(event: Failed) -> Told:
    """Why there is no answer; faults of the service in general words."""
    if event.status >= 500:
        return UNFORESEEN if event.status == 500 else UNAVAILABLE
    return Told(400, event.detail, "invalid_request_error", "question_rejected", "messages")


async def _encoded(
    events: AsyncIterator[AnswerEvent], base: str, include_usage: bool, request_id: str, ping: float
) -> AsyncGenerator[bytes, None]:
    chunks = Chunks("", "und", base, include_usage)
    async with aclosing(with_pings(events, ping)) as parts:
        try:
            async for event in parts:
                match event:
                    case None:
                        yield KEEPALIVE_COMMENT
                    case Started():
                        chunks = Chunks(f"chatcmpl-{event.answer_id}", event.language, base, include_usage)
                        yield _data(chunks.first())
                    case Settled():
                        yield _data(chunks.sentence(event.sentence))
                    case Completed():
                        for chunk in chunks.rest(event.answer):
                            yield _data(chunk)
                    case Failed():
                        if event.status >= 500:
                            _log.warning("%s %s", request_id, event.detail)
                        yield _data(failure(event).body())
        except Exception:
            _log.exception("%s the answer broke off", request_id)
            yield _data(UNFORESEEN.body())
    yield _DONE


def _data(fields: Mapping[str, Any]) -> bytes:
    return format_sse_event(data_str=json.dumps(fields, ensure_ascii=False, separators=(",", ":")))
