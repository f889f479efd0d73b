"""The answers that are kept: so many, for so long, and none from before a change."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, replace

from service.answer import Answer, Sources
from service.answering.caching.key import Key


@dataclass(frozen=True, slots=True)
class Entry:
    """An answer, what was found for it, who asked for it, and when (on a clock that is never set)."""

    key: Key
    answer: Answer
    sources: Sources
    asker: str | None
    at: float


@dataclass(slots=True)
class CacheCounts:
    """What became of questions, and of answers: `evicted` to make room, `expired` by age, `outdated` by a change."""

    exact: int = 0
    near: int = 0
    misses: int = 0
    evicted: int = 0
    expired: int = 0
    outdated: int = 0


class Kept:
    """Safe to share between threads."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most, self._seconds = most, seconds
        self._entries: OrderedDict[Hashable, Entry] = OrderedDict()
        self._near: dict[Hashable, Hashable] = {}
        self._mark: str | None = None
        self._counts = CacheCounts()
        self._lock = threading.Lock()

    def find(self, key: Key, mark: str) -> Entry | None:
        """The answer of a key as things stand at `mark`; what was kept under another one is let go."""
        with self._lock:
            self._stand_at(mark)
            entry = self._entries.get(key.exact)
            if entry is None and key.near is not None:
                entry = self._entries.get(self._near.get(key.near))
                # Words of its own question stand in an answer that lacks something.
                if entry is not None and entry.answer.outcome != "answered":
                    entry = None
            if entry is not None and time.monotonic() - entry.at >= self._seconds:
                self._drop(entry)
                self._counts.expired += 1
                entry = None
            if entry is None:
                return None
            self._entries.move_to_end(entry.key.exact)
            if entry.key.exact == key.exact:
                self._counts.exact += 1
            else:
                self._counts.near += 1
            return entry

    def missed(self) -> None:
        """Count a question that has to be answered anew."""
        with self._lock:
            self._counts.misses += 1

    def keep(self, entry: Entry, mark: str) -> None:
        """Keep an answer that was begun at `mark`, unless something has changed since."""
        with self._lock:
            if mark != self._mark:
                return
            self._entries[entry.key.exact] = entry
            self._entries.move_to_end(entry.key.exact)
            if entry.key.near is not None:
                self._near[entry.key.near] = entry.key.exact
            if len(self._entries) > self._most:
                self._drop(next(iter(self._entries.values())))
                self._counts.evicted += 1

    def clear(self) -> None:
        """Let go of all answers."""
        with self._lock:
            self._entries.clear()
            self._near.clear()

    @property
    def counts(self) -> CacheCounts:
        """So far."""
        with self._lock:
            return replace(self._counts)

    def __len__(self) -> int:
        return len(self._entries)

    def _stand_at(self, mark: str) -> None:
        if mark != self._mark:
            self._counts.outdated += len(self._entries)
            self._entries.clear()
            self._near.clear()
            self._mark = mark

    def _drop(self, entry: Entry) -> None:
        del self._entries[entry.key.exact]
        if self._near.get(entry.key.near) == entry.key.exact:
            del self._near[entry.key.near]
