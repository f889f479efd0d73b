"""The keyword index in memory, term by term as questions ask for them: BM25 without counting the words again.

FTS5 counts a question's words in every chunk that holds one of them, tens of thousands for a common word. What it would
count is kept here for the terms of earlier questions, and scores are sums of arrays. The scores are FTS5's own.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from ingest.errors import FootnoteError
from ingest.index import keywords
from ingest.index.driver import fetched

# Constants of FTS5's bm25(); a term that most chunks hold says nothing there.
_K1, _B, _LEAST_IDF = 1.2, 0.75, 1e-6
# Entries kept, 8 bytes each: all of an index of 70,000 chunks, the terms asked for last of a larger one.
_MOST = 8_000_000
# Seconds without a change before the lengths of all chunks are read again; until then FTS5 counts.
_CALM = 5.0
# Terms read ahead of the questions, the commonest first: they take longest to count.
_GATHERED = 2000

_log = logging.getLogger(__name__)

Mark = tuple[int, bytes, bytes]
Entries = tuple[NDArray[np.int32], NDArray[np.float32]]
"""Rows that hold a term, and what BM25 gives each of them for it, before the term's weight."""


class Postings:
    """Of one state of one generation's keyword table. Safe to share between threads."""

    def __init__(self, reading: Callable[[], AbstractContextManager[Connection]], weights: Sequence[float]) -> None:
        """`reading` opens a look at the database; `weights` are those of title, section and body."""
        self._reading, self._weights = reading, tuple(weights)
        self._state: State | None = None
        self._seen: tuple[Mark, float] | None = None
        self._lock = threading.Lock()
        self._gathering: threading.Thread | None = None
        self._over = threading.Event()

    def current(self, connection: Connection, generation: int) -> State | None:
        """What is kept of the state that `connection` sees; None where that is another, or nothing is kept yet."""
        mark = mark_of(connection, generation)
        with self._lock:
            if self._state is not None and self._state.mark == mark:
                return self._state
            now = time.monotonic()
            if self._seen is None or self._seen[0] != mark:
                self._seen = (mark, now)
            elif now - self._seen[1] >= _CALM and self._gathering is None:
                self._start(generation)
        return None

    def load(self, generation: int) -> None:
        """Read what scores of this generation need, and begin to gather its commonest terms."""
        self._read(generation)
        with self._lock:
            if self._gathering is None:
                self._start(generation)

    def close(self) -> None:
        """Stop gathering, and forget everything."""
        self._over.set()
        gathering = self._gathering
        if gathering is not None:
            gathering.join()
        self._over.clear()
        self._state = self._seen = None

    def _start(self, generation: int) -> None:
        self._gathering = threading.Thread(target=self._gather, args=(generation,), daemon=True)
        self._gathering.start()

    def _read(self, generation: int) -> None:
        with self._reading() as connection:
            if self.current(connection, generation) is None:
                loaded = State(connection, generation, self._weights)
                with self._lock:
                    self._state = loaded

    def _gather(self, generation: int) -> None:
        try:
            self._read(generation)
            with self._reading() as connection:
                common = keywords.commonest(connection, generation, _GATHERED)
            for term in common:
                with self._reading() as connection:
                    state = self.current(connection, generation)
                    if self._over.is_set() or state is None or state.is_full:
                        return
                    state.frequencies(connection, [term])
        except FootnoteError as error:  # the question that needs the database says so itself
            _log.info("keywords were not gathered: %s", error)
        finally:
            self._gathering = None


class State:
    """Lengths of all chunks, and the entries of the terms asked for last."""

    def __init__(self, connection: Connection, generation: int, weights: Sequence[float]) -> None:
        self.mark = mark_of(connection, generation)
        self._generation, self._weights = generation, weights
        found = fetched(connection, f"SELECT id, sz FROM keywords_{generation}_docsize ORDER BY id")  # noqa: S608
        rows = np.fromiter((r[0] for r in found), np.int64, len(found))
        lengths = _lengths([r[1] for r in found])
        self._count = len(rows)
        self._first = int(rows[0]) if len(rows) else 0
        self._size = int(rows[-1]) - self._first + 1 if len(rows) else 0
        self._norms = np.zeros(self._size, np.float32)
        if len(rows):
            self._norms[rows - self._first] = _K1 * (1 - _B + _B * lengths / lengths.mean())
        self._entries: OrderedDict[str, Entries] = OrderedDict()
        self._held = 0
        self._keeping = threading.Lock()

    def frequencies(self, connection: Connection, query: Sequence[str]) -> dict[str, int]:
        """In how many chunks each term stands; terms that stand in none are left out."""
        found = {term: len(self._of(connection, term)[0]) for term in query}
        return {term: count for term, count in found.items() if count}

    @property
    def is_full(self) -> bool:
        """Whether a further term would push out another."""
        return self._held >= _MOST

    @property
    def count(self) -> int:
        """Chunks in the index."""
        return self._count

    def scores(self, connection: Connection, query: Sequence[str]) -> NDArray[np.float32]:
        """BM25 of every row from `first` on; 0 where it holds none of the terms."""
        made = np.zeros(self._size, np.float32)
        for term in query:
            rows, given = self._of(connection, term)
            n = len(rows)
            idf = math.log((self._count - n + 0.5) / (n + 0.5))
            made[rows] += given * np.float32(idf if idf > 0 else _LEAST_IDF)
        return made

    @property
    def first(self) -> int:
        """The row that a score of index 0 belongs to."""
        return self._first

    def _of(self, connection: Connection, term: str) -> Entries:
        with self._keeping:
            if term in self._entries:
                self._entries.move_to_end(term)
                return self._entries[term]
        made = self._read(connection, term)
        with self._keeping:
            if term not in self._entries:
                self._entries[term] = made
                self._held += len(made[0])
            while self._held > _MOST and len(self._entries) > 1:
                self._held -= len(self._entries.popitem(last=False)[1][0])
        return made

    def _read(self, connection: Connection, term: str) -> Entries:
        table = f"keyword_places_{self._generation}"
        vocabulary = f"fts5vocab('main', 'keywords_{self._generation}', 'instance')"
        fetched(connection, f"CREATE VIRTUAL TABLE IF NOT EXISTS temp.{table} USING {vocabulary}")
        title, section, body = self._weights
        # One row of text for all: nothing else in this process waits while SQLite counts.
        [(docs, counts)] = fetched(
            connection,
            f"SELECT group_concat(doc), group_concat(n) FROM (SELECT doc, "  # noqa: S608
            f"sum(CASE col WHEN 'title' THEN {title} WHEN 'section' THEN {section} ELSE {body} END) AS n "
            f"FROM temp.{table} WHERE term = ? GROUP BY doc)",
            term,
        )
        rows = (np.fromstring(docs or "", np.int64, sep=",") - self._first).astype(np.int32)
        often = np.fromstring(counts or "", np.float32, sep=",")
        return rows, often * np.float32(_K1 + 1) / (often + self._norms[rows])


def mark_of(connection: Connection, generation: int) -> Mark:
    """Equal marks mean equal tables: FTS5's totals and its list of segments, which counts every write."""
    found = dict(
        fetched(connection, f"SELECT id, block FROM keywords_{generation}_data WHERE id IN (1, 10)")  # noqa: S608
    )
    return generation, found.get(1, b""), found.get(10, b"")


def _lengths(sizes: Sequence[bytes]) -> NDArray[np.float64]:
    """Terms of each chunk: the sum of the columns' lengths, which FTS5 writes in sevens of bits, highest first."""
    if not sizes:
        return np.zeros(0)
    held = np.frombuffer(b"".join(sizes), np.uint8)
    more = held >= 128
    value = (held & 127).astype(np.float64)
    after = np.zeros(len(held), bool)
    for step in range(1, 4):  # a column of 2 million terms has three bytes more
        after = more if step == 1 else more & np.append(after[1:], False)
        value[after] *= 128
    starts = np.cumsum([0, *(len(size) for size in sizes[:-1])])
    return np.asarray(np.add.reduceat(value, starts))
