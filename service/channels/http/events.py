"""Answer events as Server-Sent Events."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any

import anyio
from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event
from pydantic import TypeAdapter
from starlette.types import Send

from service.answer import Answer, AnswerEvent, Completed, Delta, Failed, Settled, Sources, Started
from service.channels.http.problems import UNAVAILABLE, UNFORESEEN, Kind
from service.connection import with_pings

_log = logging.getLogger(__name__)
_HEADERS = {"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"}
# Milliseconds until a client takes up a connection that was lost, well within the time an answer waits for it.
_RETRY = 500
_FIELDS: Mapping[type[Any], TypeAdapter[Any]] = {
    kind: TypeAdapter(kind) for kind in (Answer, Started, Sources, Delta, Settled, Failed)
}


class EventStream(EventSourceResponse):
    """Closes what it streams when the client leaves, so that nothing goes on working for nobody."""

    def __init__(self, events: AsyncIterator[tuple[str, AnswerEvent]], request_id: str, ping: float = 15) -> None:
        """`events` with their ids; `ping`: seconds of silence until a comment is sent; proxies give up after 30."""
        self._encoded = _encoded(events, request_id, ping)
        super().__init__(self._encoded, headers=_HEADERS)

    async def stream_response(self, send: Send) -> None:
        """Send it all."""
        try:
            await super().stream_response(send)
        finally:
            with anyio.CancelScope(shield=True):
                await self._encoded.aclose()


async def _encoded(
    events: AsyncIterator[tuple[str, AnswerEvent]], request_id: str, ping: float
) -> AsyncGenerator[bytes, None]:
    async with aclosing(with_pings(events, ping)) as parts:
        try:
            async for part in parts:
                yield KEEPALIVE_COMMENT if part is None else _event(part[1], part[0], request_id)
        except Exception:
            _log.exception("%s the answer broke off", request_id)
            yield _event(_failed(UNFORESEEN), None, request_id)


def _event(event: AnswerEvent, event_id: str | None, request_id: str) -> bytes:
    if isinstance(event, Failed) and event.status >= 500:
        _log.warning("%s %s", request_id, event.detail)
        event = _failed(UNFORESEEN if event.status == 500 else UNAVAILABLE)
    fields = event.answer if isinstance(event, Completed) else event
    data = _FIELDS[type(fields)].dump_json(fields, exclude={"event"})
    return format_sse_event(
        data_str=data.decode(), event=event.event, id=event_id, retry=_RETRY if isinstance(event, Started) else None
    )


def _failed(kind: Kind) -> Failed:
    return Failed(kind.title, kind.detail or kind.title, kind.status)
