"""That the service is about to stop, for whoever has something to stop before it does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Stopping:
    """`begun` as soon as the service was told to stop; it goes on answering for a while."""

    def __init__(self) -> None:
        self.begun = False
        self._first: list[Callable[[], object]] = []
        self._last: list[Callable[[], object]] = []
        self._stopped: list[asyncio.Future[object]] = []

    def first(self, stop: Callable[[], object]) -> None:
        """Have something stopped as soon as it begins, in a thread: it may block."""
        self._first.append(stop)

    def last(self, stop: Callable[[], object]) -> None:
        """Have something stopped, in the event loop, where it has not come to its own end in time."""
        self._last.append(stop)

    def begin(self, seconds: float) -> None:
        """Stop what is to be stopped first now, and the rest after so many seconds. Only from the event loop."""
        self.begun = True
        loop = asyncio.get_running_loop()
        self._stopped += [loop.run_in_executor(None, stop) for stop in self._first]
        for stop in self._last:
            loop.call_later(seconds, stop)
        self._first, self._last = [], []
