"""What was looked up is known for a while, unless something says before that it has changed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

V = TypeVar("V")
_MOST = 50_000


class Remembered(Generic[V]):
    """Values by key, none of them older than so many seconds. Only for one event loop."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._kept: dict[str, tuple[float, V]] = {}
        self._under_way: dict[str, asyncio.Task[V]] = {}

    def get(self, key: str) -> V | None:
        """What is known, if it is known now."""
        found = self._kept.get(key)
        return found[1] if found is not None and time.monotonic() < found[0] else None

    def asked_at(self) -> float:
        """When what is looked up now becomes too old: to be taken before it is asked for."""
        return time.monotonic() + self._seconds

    def keep(self, key: str, value: V, until: float) -> None:
        """Know a value until then."""
        if len(self._kept) >= _MOST:
            self._kept.clear()
        self._kept[key] = (until, value)

    async def look_up(self, key: str, ask: Callable[[], Awaitable[V]]) -> V:
        """What is known, or what `ask` finds; asked once, however many want to know at the same time."""
        known = self.get(key)
        if known is not None:
            return known
        task = self._under_way.get(key)
        if task is None:
            task = self._under_way[key] = asyncio.ensure_future(self._asked(key, ask))
            task.add_done_callback(lambda done: self._done(key, done))
        return await asyncio.shield(task)

    def drop(self, key: str) -> None:
        """It has changed: what is being asked for now may be of before."""
        self._kept.pop(key, None)
        self._under_way.pop(key, None)

    async def _asked(self, key: str, ask: Callable[[], Awaitable[V]]) -> V:
        until, task = self.asked_at(), asyncio.current_task()
        found = await ask()
        if self._under_way.get(key) is task:
            self.keep(key, found, until)
        return found

    def _done(self, key: str, task: asyncio.Task[V]) -> None:
        if self._under_way.get(key) is task:
            del self._under_way[key]
        if not task.cancelled():
            task.exception()  # whoever waits is told; where nobody does any more, nobody has to be
