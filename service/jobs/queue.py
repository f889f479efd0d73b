"""One worker for everything that changes the index: two writers would each have to wait anyway."""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ingest.errors import FootnoteError, TransientError
from ingest.index import Index
from ingest.index.owner import InUse
from ingest.settings import IngestSettings
from service.errors import Overloaded
from service.jobs.store import JobStore
from service.jobs.work import STOPPED, JobState, Work

_log = logging.getLogger(__name__)
_MOST_WAITING = 500
# What goes first: an article that somebody waits for; last: vectors, which give way to whatever else comes.
_FIRST: Mapping[str, int] = {"put": 0, "catch_up": 2}
_EVERY = 1.0  # seconds between two notes of how far a job is
_BUSY = 0.25  # seconds until it is tried again, while another process writes to the index


class Jobs:
    """A queue of operations. Safe to share between threads; jobs of other processes are seen, too."""

    def __init__(self, index: Index, settings: IngestSettings) -> None:
        self._index, self._settings = index, settings
        self._store = JobStore(index.catalogue)
        self._here: dict[str, Work] = {}
        self._queue: list[tuple[int, int, Work]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._under_way: Work | None = None
        self._noted = 0.0
        self._thread = threading.Thread(target=self._work, name="footnote-jobs", daemon=True)
        self._thread.start()

    def take_up(self) -> None:
        """Say what became of jobs of processes that are gone, and carry on what they left. Blocking."""
        try:
            self._store.abandon()
            if self._index.catalogue.count_waiting():
                self.catch_up()
        except TransientError as error:  # questions are answered all the same
            _log.warning("What an earlier run left cannot be carried on. %s", error)

    def start(self, operation: str, arguments: Mapping[str, Any], started_by: str | None = None) -> Work:
        """Queue an operation of `ingest.operations`. Blocking, for as long as it takes to write it down.

        Raises:
            Overloaded: too many wait already, or the service is stopping.
        """
        work = Work(operation, dict(arguments), started_by, self._note)
        with self._changed:
            if self._closing.is_set() or len(self._queue) >= _MOST_WAITING:
                raise Overloaded("There is more to be taken in than there is room for: try again later.", 10)
        self._store.add(work.seen())
        with self._changed:
            self._here[work.id] = work
            self._enqueue(work)
        return work

    def catch_up(self) -> str:
        """Have the vectors brought that are missing; the id of the job that does."""
        with self._changed:
            waits = next((work for _, _, work in self._queue if work.operation == "catch_up"), None)
        return waits.id if waits is not None else self.start("catch_up", {}).id

    def get(self, job_id: str) -> JobState | None:
        """A job, unless many came after it. Blocking."""
        here = self._here.get(job_id)
        return here.seen() if here is not None else self._store.get(job_id)

    def listed(self, limit: int, before: int | None = None, started_by: str | None = None) -> list[JobState]:
        """Jobs, newest first; see `JobStore.listed`. Blocking."""
        found = self._store.listed(limit, before, started_by)
        return [_numbered(self._here.get(job.id), job) for job in found]

    @property
    def load(self) -> Mapping[str, int]:
        """How many jobs of this process wait and run."""
        with self._changed:
            return {"queued": len(self._queue), "running": int(self._under_way is not None)}

    def close(self) -> None:
        """Start nothing more, and stop what is under way at its next step: the next run carries it on. Blocking."""
        with self._changed:
            self._closing.set()
            waiting = [work for _, _, work in self._queue]
            self._queue.clear()
            if self._under_way is not None:
                self._under_way.stopping.set()
            self._changed.notify_all()
        for work in waiting:
            work.end(None, STOPPED, TransientError(STOPPED))
        self._thread.join()

    def _enqueue(self, work: Work) -> None:
        first = _FIRST.get(work.operation, 1)
        heapq.heappush(self._queue, (first, next(self._order), work))
        now = self._under_way
        if now is not None and now.operation == "catch_up" and first < _FIRST["catch_up"]:
            now.gives_way.set()
        self._changed.notify_all()

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._queue and not self._closing.is_set():
                    self._changed.wait()
                if self._closing.is_set():
                    return
                self._under_way = work = heapq.heappop(self._queue)[2]
            self._run(work)
            with self._changed:
                self._under_way = None
                if work.ended.done():
                    self._here.pop(work.id, None)
                elif self._closing.is_set():
                    work.end(None, STOPPED, TransientError(STOPPED))
                else:
                    work.wait_again()
                    self._enqueue(work)

    def _run(self, work: Work) -> None:
        """Carry it out; it has not ended where it gave way."""
        try:
            result = self._perform(work)
            if work.gave_way:
                return
            work.end(result)
            if work.operation == "put" and result["outcome"] != "unchanged" and self._index.catalogue.count_waiting():
                self.catch_up()
        except FootnoteError as error:
            if not work.ended.done() and not work.gave_way:
                work.end(None, str(error), error)
        except Exception:
            _log.exception("%s %s failed", work.id, work.operation)
            if not work.ended.done():
                work.end(None, "An unforeseen error stopped it; the service's log says where.")

    def _perform(self, work: Work) -> dict[str, Any]:
        from ingest.operations import perform

        work.begin()
        while True:
            try:
                return perform(work.operation, work.arguments, self._index, self._settings, work)
            except InUse:
                if self._closing.is_set():
                    raise
                if work.state == "running":
                    work.wait_again()
                time.sleep(_BUSY)

    def _note(self, work: Work) -> None:
        at = time.monotonic()
        if work.ended_at is not None or work.state == "queued" or at - self._noted >= _EVERY:
            self._noted = at
            self._store.save(work.seen())


def _numbered(here: Work | None, kept: JobState) -> JobState:
    """The job as it is now, where that is known."""
    return replace(here.seen(), number=kept.number) if here is not None else kept
