"""A most of what an endpoint may send: a line without an end would otherwise fill the memory until its time is over."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx

# What a reasoning model thinks comes in events too, some hundred bytes for each token.
_MOST_BYTES = 16_000_000


class _Bounded(httpx.AsyncByteStream):
    def __init__(self, stream: httpx.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        received = 0
        async for part in self._stream:
            received += len(part)
            if received > _MOST_BYTES:
                raise ValueError(f"more than {_MOST_BYTES} bytes")
            yield part

    async def aclose(self) -> None:
        await self._stream.aclose()


async def bound(response: httpx.Response) -> None:
    """Let a response end in an error where it is too long; a hook of httpx."""
    if isinstance(response.stream, httpx.AsyncByteStream):
        response.stream = _Bounded(response.stream)
