"""How often a host is asked: one request at a time spacing, longer where the host asks for it."""

from __future__ import annotations

import threading
import time
from typing import Protocol


class Clock(Protocol):
    """Time that only goes forward."""

    def now(self) -> float:
        """Seconds since some fixed moment."""
        ...

    def sleep(self, seconds: float) -> None:
        """Return that many seconds later."""
        ...


class SystemClock:
    """The monotonic clock of this machine."""

    def now(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class Pacer:
    """Spaces the requests to each host; hosts do not wait for each other. Safe to share between threads."""

    def __init__(self, clock: Clock, pace: float) -> None:
        self._clock, self._pace = clock, pace
        self._lock = threading.Lock()
        self._free: dict[str, float] = {}
        self._paces: dict[str, float] = {}
        self._held: dict[str, float] = {}

    def slow_down(self, host: str, pace: float) -> None:
        """Leave at least `pace` seconds between requests to this host."""
        with self._lock:
            self._paces[host] = max(self._pace, pace)

    def hold(self, host: str, seconds: float) -> None:
        """Ask nothing of this host for that long."""
        with self._lock:
            self._held[host] = max(self._held.get(host, 0.0), self._clock.now() + seconds)

    def held(self, host: str) -> float:
        """Seconds that the host still wants to be left alone; 0 where it does not."""
        with self._lock:
            return max(0.0, self._held.get(host, 0.0) - self._clock.now())

    def wait(self, host: str) -> None:
        """Return when the next request to this host may start."""
        with self._lock:
            now = self._clock.now()
            start = max(now, self._free.get(host, now), self._held.get(host, now))
            self._free[host] = start + self._paces.get(host, self._pace)
        if start > now:
            self._clock.sleep(start - now)
