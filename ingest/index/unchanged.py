"""Values that hold until what they are read from changes, whoever changes it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar, cast

from sqlalchemy import Engine, PoolProxiedConnection

from ingest.index.mark import mark_of

Value = TypeVar("Value")


class WhileUnchanged:
    """Asks SQLite whether any other connection has written since, and what it wrote. Safe to share between threads."""

    def __init__(
        self, engine: Engine, most: int, around: Callable[[], AbstractContextManager[None]] = nullcontext
    ) -> None:
        """`most`: so many values are kept. They are made inside `around`, which has to let them see what is new."""
        self._engine, self._most, self._around = engine, most, around
        self._watching: PoolProxiedConnection | None = None  # never writes, so that it sees every commit
        self._version, self._mark = -1, ""
        self._values: dict[Hashable, tuple[int, Any]] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Value], after_any_write: bool = False) -> Value:
        """The value of `key`, made anew where search sees a change; `make` reads the database.

        `after_any_write`: made anew whatever was written, for what search does not see.
        """
        with self._lock:
            before = self._now()
            made_at, kept = self._values.get(key, (-1, None))
            if made_at == before or (made_at >= 0 and not after_any_write):
                return cast(Value, kept)
        with self._around():
            value = make()  # at least as new as `before`: what is committed meanwhile is noticed by the next question
        with self._lock:
            if before == self._version:
                self._values[key] = before, value
                if len(self._values) > self._most:
                    del self._values[next(iter(self._values))]
        return value

    def close(self) -> None:
        """Let go of the database; the next use opens it anew."""
        with self._lock:
            if self._watching is not None:
                self._watching.close()
            self._watching = None
            self._values.clear()

    def _now(self) -> int:
        if self._watching is None:
            self._watching = self._engine.raw_connection()
            self._values.clear()
        driver: Any = self._watching.driver_connection
        version = int(driver.execute("PRAGMA data_version").fetchone()[0])
        if version != self._version:
            self._version = version
            # Answers that are kept are written between any two questions, and change nothing that is read here.
            mark = mark_of(driver)
            if mark is None or mark != self._mark:
                self._values.clear()
            self._mark = mark or ""
        return version
