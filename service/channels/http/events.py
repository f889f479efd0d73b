"""Answer events as Server-Sent Events."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, suppress
from typing import Any

import anyio
from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event
from pydantic import TypeAdapter
from starlette.types import Send

from service.answer import Answer, AnswerEvent, Completed, Delta, Failed, Settled, Sources, Started
from service.channels.http.problems import UNAVAILABLE, UNFORESEEN, Kind

_log = logging.getLogger(__name__)
_HEADERS = {"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"}
_FIELDS: Mapping[type[Any], TypeAdapter[Any]] = {
    kind: TypeAdapter(kind) for kind in (Answer, Started, Sources, Delta, Settled, Failed)
}


class EventStream(EventSourceResponse):
    """Closes what it streams when the client leaves, so that nothing goes on working for nobody."""

    def __init__(self, events: AsyncIterator[AnswerEvent], request_id: str, ping: float = 15) -> None:
        """`ping`: seconds of silence until a comment is sent; proxies give up after 30 or more."""
        self._encoded = _encoded(events, request_id, ping)
        super().__init__(self._encoded, headers=_HEADERS)

    async def stream_response(self, send: Send) -> None:
        """Send it all."""
        try:
            await super().stream_response(send)
        finally:
            with anyio.CancelScope(shield=True):
                await self._encoded.aclose()


async def _encoded(events: AsyncIterator[AnswerEvent], request_id: str, ping: float) -> AsyncGenerator[bytes, None]:
    number = 0
    async with aclosing(_with_pings(events, ping)) as parts:
        try:
            async for event in parts:
                if event is None:
                    yield KEEPALIVE_COMMENT
                else:
                    number += 1
                    yield _event(event, number, request_id)
        except Exception:
            _log.exception("%s the answer broke off", request_id)
            yield _event(_failed(UNFORESEEN), number + 1, request_id)


async def _with_pings(events: AsyncIterator[AnswerEvent], ping: float) -> AsyncGenerator[AnswerEvent | None, None]:
    """The events, and None whenever there has been none for a while."""
    coming: asyncio.Future[AnswerEvent] = asyncio.ensure_future(anext(events))
    try:
        while True:
            done, _ = await asyncio.wait({coming}, timeout=ping)
            if not done:
                yield None
                continue
            try:
                event = coming.result()
            except StopAsyncIteration:
                return
            yield event
            coming = asyncio.ensure_future(anext(events))
    finally:
        coming.cancel()
        with anyio.CancelScope(shield=True):
            with suppress(asyncio.CancelledError, StopAsyncIteration, Exception):
                await coming
            if hasattr(events, "aclose"):
                await events.aclose()


def _event(event: AnswerEvent, number: int, request_id: str) -> bytes:
    if isinstance(event, Failed) and event.status >= 500:
        _log.warning("%s %s", request_id, event.detail)
        event = _failed(UNFORESEEN if event.status == 500 else UNAVAILABLE)
    fields = event.answer if isinstance(event, Completed) else event
    data = _FIELDS[type(fields)].dump_json(fields, exclude={"event"})
    return format_sse_event(data_str=data.decode(), event=event.event, id=str(number))


def _failed(kind: Kind) -> Failed:
    return Failed(kind.title, kind.detail or kind.title, kind.status)
