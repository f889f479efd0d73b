"""Whether questions would be answered now, what is missing if not, and what is not as it should be."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable, Iterator

from ingest.errors import FootnoteError
from ingest.index import Index
from service.models.breaker import CHROMA as BREAKER
from service.models.breaker import Breakers
from service.serving.stopping import Stopping

_log = logging.getLogger(__name__)

NO_ARTICLES = "There are no articles yet: run `footnote ingest PATH`."
CATALOGUE = "The catalogue cannot be read; the log says why."
LOADING = "The embedding model and the vectors are still being loaded."
NOT_LOADED = "The embedding model or Chroma could not be loaded; the log says why. It is being tried again."
STOPPING = "The service is stopping: what is being answered is finished, and new questions belong elsewhere."
CHROMA = "Chroma does not answer; the log says why. Questions are answered by keywords alone where they can be."
BEHIND = "{count} chunks wait for their vectors: until they have them, keywords alone find them."
MODEL = "The model endpoint {name} has failed again and again and is left alone for a while: answers do without it."
DISK = "The disk of the data folder has {free} MB left: soon nothing can be kept. Free some space."
_LEAST_FREE = 500_000_000


class Readiness:
    """Loads what the first question would wait for in a thread of its own, so that the service is up at once."""

    def __init__(
        self,
        index: Index,
        load: Callable[[], None],
        stopping: Stopping | None = None,
        breakers: Breakers | None = None,
    ) -> None:
        self._index, self._load = index, load
        self._stopping, self._breakers = stopping or Stopping(), breakers or Breakers()
        self._others: list[Callable[[], list[str]]] = []
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._loaded = self._failed = False

    def watch(self, warnings: Callable[[], list[str]]) -> None:
        """Have what somebody else knows of among the warnings."""
        self._others.append(warnings)

    def start(self) -> None:
        """Load, unless that is done or under way."""
        with self._starting:
            if self._loaded or (self._thread is not None and self._thread.is_alive()):
                return
            self._thread = threading.Thread(target=self._run, name="footnote-warm", daemon=True)
            self._thread.start()

    def stop(self, seconds: float = 5) -> None:
        """Give the thread a little time to end."""
        if self._thread is not None:
            self._thread.join(seconds)

    def missing(self) -> list[str]:
        """A sentence for each thing that is missing. Blocking; a failed load is tried again."""
        missing = [STOPPING] if self._stopping.begun else []
        try:
            if not self._index.catalogue.counts()[0]:
                missing.append(NO_ARTICLES)
        except FootnoteError as error:
            _log.warning("catalogue: %s", error)
            missing.append(CATALOGUE)
        if self._failed:
            missing.append(NOT_LOADED)
            self.start()
        elif not self._loaded:
            missing.append(LOADING)
        return missing

    def warnings(self) -> list[str]:
        """A sentence for each thing without which questions are answered all the same, if less well. Blocking."""
        return list(self._warnings())

    def _warnings(self) -> Iterator[str]:
        if self._loaded and not self._chroma_answers():
            yield CHROMA
        try:
            if waiting := self._index.catalogue.count_waiting():
                yield BEHIND.format(count=waiting)
            free = shutil.disk_usage(self._index.catalogue.data).free
            if free < _LEAST_FREE:
                yield DISK.format(free=free // 1_000_000)
        except (FootnoteError, OSError) as error:
            _log.warning("readiness: %s", error)
        for name, state in self._breakers.states().items():
            if state == "open" and name != BREAKER:
                yield MODEL.format(name=name)
        for others in self._others:
            yield from others()

    def _run(self) -> None:
        try:
            self._load()
            self._loaded, self._failed = True, False
        except FootnoteError as error:
            self._failed = True
            _log.warning("loading: %s", error)
        except Exception:
            self._failed = True
            _log.exception("loading failed")

    def _chroma_answers(self) -> bool:
        if self._index.vectors is None:
            return True
        try:
            self._index.vectors.count()
        except Exception as error:  # whatever its client raises, the answer is no
            _log.warning("Chroma: %s", error)
            return False
        return True
