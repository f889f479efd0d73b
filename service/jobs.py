"""Operations on the index that the service carries out, one after the other, while it answers questions."""

from __future__ import annotations

import logging
import secrets
import threading
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Literal

from ingest.errors import FootnoteError, TransientError
from ingest.index import Index
from ingest.settings import IngestSettings

_log = logging.getLogger(__name__)
_KEPT = 200


@dataclass(slots=True)
class Work:
    """One operation and how far it is; also its own `Progress`."""

    id: str
    operation: str
    state: Literal["queued", "running", "done", "failed"] = "queued"
    reading_now: str = ""
    done: int = 0
    total: int = 0
    result: dict[str, Any] | None = None
    error: str | None = None
    finished: threading.Event = field(default_factory=threading.Event)
    stopping: threading.Event = field(default_factory=threading.Event)

    def reading(self, name: str) -> None:
        """See `Progress.reading`.

        Raises:
            TransientError: the service is stopping; so does `embedding`.
        """
        self._go_on()
        self.reading_now = name

    def embedding(self, done: int, total: int) -> None:
        """See `Progress.embedding`."""
        self._go_on()
        self.done, self.total = done, total

    def finish(self) -> None:
        """See `Progress.finish`."""
        self.reading_now = ""

    def _go_on(self) -> None:
        if self.stopping.is_set():
            raise TransientError("The service was stopped. Run the same command again: it carries on from here.")


class Jobs:
    """A queue with one worker: two writers on one embedded index would each have to wait anyway."""

    def __init__(self, index: Index, settings: IngestSettings) -> None:
        self._index, self._settings = index, settings
        self._queue = ThreadPoolExecutor(1, thread_name_prefix="footnote-job")
        self._kept: OrderedDict[str, Work] = OrderedDict()
        self._lock = threading.Lock()

    def start(self, operation: str, arguments: Mapping[str, Any]) -> Work:
        """Queue an operation of `ingest.operations`."""
        work = Work(f"job_{secrets.token_hex(8)}", operation)
        with self._lock:
            self._kept[work.id] = work
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        self._queue.submit(self._run, work, dict(arguments))
        return work

    def get(self, work_id: str) -> Work | None:
        """An operation that was started here, unless many came after it."""
        return self._kept.get(work_id)

    def close(self) -> None:
        """Start nothing more, and stop what is under way at its next step: the next run carries it on. Blocking."""
        for work in list(self._kept.values()):
            work.stopping.set()
        self._queue.shutdown(cancel_futures=True)

    def _run(self, work: Work, arguments: dict[str, Any]) -> None:
        from ingest.operations import perform

        work.state = "running"
        try:
            work.result = perform(work.operation, arguments, self._index, self._settings, work)
            work.state = "done"
        except FootnoteError as error:
            work.error, work.state = str(error), "failed"
        except Exception:
            _log.exception("%s %s failed", work.id, work.operation)
            work.error, work.state = "An unforeseen error stopped it; the service's log says where.", "failed"
        finally:
            work.finished.set()
