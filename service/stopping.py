"""That the service is about to stop, for whoever has something to stop before it does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Stopping:
    """`begun` as soon as the service was told to stop; it goes on answering for a while."""

    def __init__(self) -> None:
        self.begun = False
        self._first: list[Callable[[], object]] = []
        self._stopped: list[asyncio.Future[object]] = []

    def first(self, stop: Callable[[], object]) -> None:
        """Have something stopped as soon as it begins, in a thread: it may block."""
        self._first.append(stop)

    def begin(self) -> None:
        """Stop what is to be stopped first; called again it does nothing. Only from the event loop."""
        self.begun = True
        waiting, self._first = self._first, []
        loop = asyncio.get_running_loop()
        self._stopped += [loop.run_in_executor(None, stop) for stop in waiting]
