"""What a long connection needs: signs of life while it is silent, and an end to the work when the client leaves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any, TypeVar

import anyio

T = TypeVar("T")


class ClientLeft(ConnectionAbortedError):
    """Whoever asked closed the connection."""


async def with_pings(items: AsyncIterator[T], seconds: float) -> AsyncGenerator[T | None, None]:
    """The items, and None after every so many seconds without one; closing it closes what it reads."""
    coming: asyncio.Future[T] = asyncio.ensure_future(anext(items))
    try:
        while True:
            done, _ = await asyncio.wait({coming}, timeout=seconds)
            if not done:
                yield None
                continue
            try:
                item = coming.result()
            except StopAsyncIteration:
                return
            yield item
            coming = asyncio.ensure_future(anext(items))
    finally:
        coming.cancel()
        with anyio.CancelScope(shield=True):
            with suppress(asyncio.CancelledError, StopAsyncIteration, Exception):
                await coming
            if hasattr(items, "aclose"):
                await items.aclose()


async def while_connected(receive: Callable[[], Awaitable[MutableMapping[str, Any]]], work: Awaitable[T]) -> T:
    """The work's result. `receive` is ASGI's, of a request whose body has been read.

    Raises:
        ClientLeft: there is nobody to answer any more, and the work was cancelled.
    """
    doing, leaving = asyncio.ensure_future(work), asyncio.ensure_future(_left(receive))
    try:
        await asyncio.wait({doing, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if doing.done():
            return doing.result()
        raise ClientLeft
    finally:
        leaving.cancel()
        if not doing.done():
            doing.cancel()
            with anyio.CancelScope(shield=True), suppress(asyncio.CancelledError, Exception):
                await doing


async def _left(receive: Callable[[], Awaitable[MutableMapping[str, Any]]]) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
