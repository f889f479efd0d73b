"""Nothing goes on working for a client that has left."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from typing import TypeVar

from starlette.requests import ClientDisconnect, Request

T = TypeVar("T")


async def while_connected(request: Request, work: Awaitable[T]) -> T:
    """The work's result; it is cancelled when the client leaves. The body has to have been read.

    Raises:
        ClientDisconnect: the client left.
    """
    doing = asyncio.ensure_future(work)
    leaving = asyncio.create_task(_left(request))
    try:
        await asyncio.wait({doing, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if doing.done():
            return doing.result()
        raise ClientDisconnect
    finally:
        leaving.cancel()
        if not doing.done():
            doing.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await doing


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
