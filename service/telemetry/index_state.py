"""The state of the index as metrics, looked up when they are asked for, at most every few seconds."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from ingest.errors import FootnoteError
from ingest.index import Catalogue

_log = logging.getLogger(__name__)
_FRESH = 5.0


class IndexState(Collector):
    """Counts at the catalogue; where that cannot be read, there is nothing to see but that."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue, self._lock = catalogue, threading.Lock()
        self._made: list[Metric] = []
        self._at = float("-inf")

    def describe(self) -> list[Metric]:
        """Nothing that has to be read for it."""
        return []

    def collect(self) -> Iterator[Metric]:
        """See `Collector.collect`. Blocking."""
        with self._lock:
            if time.monotonic() - self._at > _FRESH:
                try:
                    self._made = list(self._look())
                except FootnoteError as error:
                    _log.warning("The metrics of the index could not be read. %s", error)
                    self._made = [_gauge("footnote_index_readable", "Whether the catalogue can be read.", 0)]
                self._at = time.monotonic()
            yield from self._made

    def _look(self) -> Iterator[Metric]:
        state, now = self._catalogue.index_state(), time.time()
        yield _gauge("footnote_index_readable", "Whether the catalogue can be read.", 1)
        yield _gauge("footnote_articles", "Articles that search sees.", state.articles)
        chunks = GaugeMetricFamily("footnote_chunks", "Chunks of the build that serves, by state.", labels=["state"])
        for name, count in state.chunks.items():
            chunks.add_metric([name], count)
        yield chunks
        yield _gauge("footnote_chunks_waiting", "Chunks that wait for their vectors.", state.chunks.get("new", 0))
        yield _gauge("footnote_generation", "Number of the build that serves.", state.generation or 0)
        if state.changed_at is not None:
            yield _gauge("footnote_index_age_seconds", "Seconds since an article last changed.", now - state.changed_at)
        if state.ingested_at is not None:
            said = "Seconds since a run of ingest last ended without a failure."
            yield _gauge("footnote_ingest_age_seconds", said, now - state.ingested_at)


def _gauge(name: str, said: str, value: float) -> Metric:
    return GaugeMetricFamily(name, said, value=value)
