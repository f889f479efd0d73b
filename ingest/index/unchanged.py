"""Values that hold until anything in the database changes, whoever changes it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

from sqlalchemy import Engine, PoolProxiedConnection

Value = TypeVar("Value")


class WhileUnchanged:
    """Asks SQLite whether any other connection has written since. Safe to share between threads."""

    def __init__(self, engine: Engine, most: int) -> None:
        """`most`: so many values are kept."""
        self._engine, self._most = engine, most
        self._watching: PoolProxiedConnection | None = None  # never writes, so that it sees every commit
        self._version = -1
        self._values: dict[Hashable, Any] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value of `key`, made anew where anything has changed; `make` reads the database."""
        with self._lock:
            before = self._now()
            if key in self._values:
                return cast(Value, self._values[key])
        value = make()  # at least as new as `before`: what is committed meanwhile is noticed by the next question
        with self._lock:
            if before == self._version:
                self._values[key] = value
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
            self._values.clear()
            self._version = version
        return version
