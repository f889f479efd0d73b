"""How many answers are made at the same time, and how many questions wait for their turn."""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from service.errors import Overloaded
from service.settings import LimitSettings

_LONGEST_WAIT = 60
# How much of the average of all answers' seconds the last one is.
_FRESH = 0.1


class Queue:
    """First come, first served, within one process and one event loop."""

    def __init__(
        self,
        settings: LimitSettings,
        in_flight: Callable[[int], object] = lambda _: None,
        waiting: Callable[[int], object] = lambda _: None,
    ) -> None:
        """`in_flight` and `waiting` are told by how many more, or fewer, those are."""
        self._tell_in_flight, self._tell_waiting = in_flight, waiting
        self._places, self._most, self._wait = settings.at_once, settings.waiting, settings.wait
        self._queue: deque[asyncio.Future[None]] = deque()
        self._seconds = 1.0
        self.in_flight = 0

    @property
    def waiting(self) -> int:
        """Questions that wait for their turn."""
        return len(self._queue)

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """A place among those that are answered, until the end of the block.

        Raises:
            Overloaded: too many wait already, or it did not come to its turn in time.
        """
        await self._enter()
        began = time.monotonic()
        try:
            yield
        finally:
            self._seconds += _FRESH * (time.monotonic() - began - self._seconds)
            self._leave()

    async def _enter(self) -> None:
        if self.in_flight < self._places:
            self.in_flight += 1
            self._tell_in_flight(1)
            return
        if len(self._queue) >= self._most:
            raise self._overloaded()
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append(turn)
        self._tell_waiting(1)
        try:
            await asyncio.wait_for(asyncio.shield(turn), self._wait)
        except BaseException as error:
            if turn.done():  # its turn came while it gave up: the place is the next one's
                self._leave()
            else:
                self._queue.remove(turn)
            if isinstance(error, TimeoutError):
                raise self._overloaded() from None
            raise
        finally:
            self._tell_waiting(-1)

    def _leave(self) -> None:
        """Hand the place on, so that nobody who comes later takes it."""
        if self._queue:
            self._queue.popleft().set_result(None)
        else:
            self.in_flight -= 1
            self._tell_in_flight(-1)

    def _overloaded(self) -> Overloaded:
        seconds = math.ceil(self._seconds * (len(self._queue) + 1) / self._places)
        return Overloaded(
            "More is being asked at the moment than can be answered. Nothing is wrong with the question: ask it again "
            "in a little while.",
            min(max(1, seconds), _LONGEST_WAIT),
        )
