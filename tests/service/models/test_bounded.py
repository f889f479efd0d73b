"""What an endpoint sends is read to a bound, and hung up on behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from service.models.bounded import bound


class Parts(httpx.AsyncByteStream):
    """A megabyte at a time; counts what was read."""

    def __init__(self, many: int) -> None:
        self.many, self.read, self.closed = many, 0, False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(self.many):
            self.read += 1
            yield b"x" * 1_000_000

    async def aclose(self) -> None:
        self.closed = True


async def test_a_body_without_an_end_is_not_read_to_it() -> None:
    parts = Parts(1000)
    response = httpx.Response(200, stream=parts)
    await bound(response)
    with pytest.raises(ValueError, match="more than 16000000 bytes"):
        await response.aread()
    assert parts.read == 17
    await response.aclose()
    assert parts.closed


async def test_another_comes_as_it_is() -> None:
    response = httpx.Response(200, stream=Parts(3))
    await bound(response)
    assert len(await response.aread()) == 3_000_000
