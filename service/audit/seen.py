"""Lets one line of the log stand for many: the first of a day, then the tenth, the hundredth and so on."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Hashable

# Of a day; what is past that is counted together.
_MOST = 10_000


class Seen:
    """Counts what happens in a day. Safe to share between threads."""

    def __init__(self) -> None:
        self._day = ""
        self._counts: Counter[Hashable] = Counter()
        self._lock = threading.Lock()

    def times(self, day: str, what: Hashable) -> int:
        """How often it has happened this day, this time counted."""
        with self._lock:
            if day != self._day:
                self._day = day
                self._counts.clear()
            key = what if what in self._counts or len(self._counts) < _MOST else None
            self._counts[key] += 1
            return self._counts[key]


def is_round(times: int) -> bool:
    """Whether it is 1, 10, 100 …"""
    return str(times).strip("0") == "1"
