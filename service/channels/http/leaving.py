"""Nothing goes on working for a client that has left."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TypeVar

from starlette.requests import ClientDisconnect, Request

from service import connection

T = TypeVar("T")


async def while_connected(request: Request, work: Awaitable[T]) -> T:
    """The work's result; it is cancelled when the client leaves. The body has to have been read.

    Raises:
        ClientDisconnect: the client left.
    """
    try:
        return await connection.while_connected(request.receive, work)
    except ConnectionAbortedError:
        raise ClientDisconnect from None
