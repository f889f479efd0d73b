"""Signs of life while a connection is silent, and an end to the work when the client leaves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import anyio
import pytest

from service.connection import while_connected, with_pings


class Source:
    """Says one thing, is silent, and notes that it was closed."""

    def __init__(self, silence: float) -> None:
        self.silence, self.closed = silence, False

    async def items(self) -> AsyncGenerator[str, None]:
        try:
            yield "first"
            await asyncio.sleep(self.silence)
            yield "second"
        finally:
            await asyncio.sleep(0.01)  # as it takes to close a connection
            self.closed = True


async def test_silence_is_filled_and_nothing_is_lost() -> None:
    source = Source(0.05)
    came = [item async for item in with_pings(source.items(), 0.01)]
    assert [item for item in came if item] == ["first", "second"]
    assert came[1:3] == [None, None]
    assert source.closed


async def test_who_stops_reading_stops_the_source() -> None:
    source = Source(60)
    async with aclosing(with_pings(source.items(), 0.01)) as items:
        async for item in items:
            if item is None:
                break
    assert source.closed


async def test_a_cancelled_reader_stops_the_source_before_it_goes() -> None:
    source = Source(60)
    with anyio.move_on_after(0.03):
        async with aclosing(with_pings(source.items(), 1)) as items:
            async for _ in items:
                pass
    assert source.closed


async def test_a_fault_of_the_source_reaches_the_reader() -> None:
    async def faulty() -> AsyncGenerator[str, None]:
        yield "first"
        raise KeyError("gone")

    with pytest.raises(KeyError):
        [item async for item in with_pings(faulty(), 1)]


def receiving(leaves_after: float) -> Any:
    async def receive() -> dict[str, Any]:
        await asyncio.sleep(leaves_after)
        return {"type": "http.disconnect"}

    return receive


async def test_work_ends_before_the_client_leaves() -> None:
    assert await while_connected(receiving(60), asyncio.sleep(0, "done")) == "done"


async def test_work_is_stopped_when_the_client_leaves() -> None:
    stopped = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            stopped.set()

    with pytest.raises(ConnectionAbortedError):
        await while_connected(receiving(0.01), work())
    assert stopped.is_set()
