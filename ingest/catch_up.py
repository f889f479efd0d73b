"""Vectors catch up: chunks that wait are embedded, cached, written to Chroma and marked, batch by batch."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from ingest.article import embedded_text
from ingest.embedding.base import Vectors
from ingest.embedding.workers import LocalWorkers, Workers
from ingest.errors import FootnoteError, PermanentError, SettingsError, TransientError
from ingest.index import Build, Catalogue
from ingest.index.catalogue import Waiting
from ingest.progress import Progress
from ingest.settings import EmbeddingSettings

_TRIES = 3
_PAUSE = 1.0  # seconds before the second try; twice that before the third


@dataclass(slots=True)
class _Batch:
    waiting: list[Waiting]
    vectors: dict[str, Vectors]
    missing: list[Waiting]
    coming: Future[Vectors] | None


class CatchUp:
    """Brings Chroma to what the catalogue says of one build. Whatever kills it, the next one goes on."""

    def __init__(
        self,
        catalogue: Catalogue,
        build: Build,
        settings: EmbeddingSettings,
        progress: Progress,
        workers: Workers | None = None,
    ) -> None:
        if build.generation is None or build.embedder is None or build.vectors is None:
            raise ValueError("a build without an embedder has nothing to catch up with")
        self._catalogue, self._settings, self._progress = catalogue, settings, progress
        self._number, self._embedder, self._vectors = build.generation.id, build.embedder, build.vectors
        self._workers = workers or LocalWorkers(build.embedder, settings.concurrency)
        self._dimensions = build.generation.dimensions
        self._under_way: dict[str, None] = {}
        self.done = 0

    def run(self) -> int:
        """Embed everything that waits, then let Chroma forget what is gone; how many chunks were brought in.

        Raises:
            TransientError: the model or Chroma does not answer; what was done stays done.
            SettingsError: the model refuses whatever it is asked.
        """
        total = self._catalogue.count_waiting(self._number)
        self._progress.embedding(0, total)
        began, made, seen = time.monotonic(), 0, 0
        flying: deque[_Batch] = deque()
        batches = self._batches()
        try:
            while True:
                while len(flying) <= self._workers.at_once and (batch := next(batches, None)) is not None:
                    flying.append(batch)
                if not flying:
                    break
                batch = flying.popleft()
                made, seen = made + len(batch.missing), seen + len(batch.waiting)
                self._finish(batch)
                self._progress.embedding(seen, max(total, seen))
                self._pace(began, made)
        finally:
            for batch in flying:
                self._salvage(batch)
            self._workers.close()
        self.drop_gone()
        return self.done

    def _salvage(self, batch: _Batch) -> None:
        """After a failure: what other batches under way were given is paid for, and kept."""
        if batch.coming is None or batch.coming.cancel():
            return
        with suppress(FootnoteError):
            made = batch.coming.result()
            if made.shape == (len(batch.missing), self._dimensions):
                vectors = {w.key: row for w, row in zip(batch.missing, made, strict=True)}
                self._catalogue.keep_embeddings(self._embedder.id, vectors)

    def drop_gone(self) -> None:
        """Take out of Chroma what search no longer sees."""
        while gone := self._catalogue.gone(500, self._number):
            self._vectors.drop(gone)
            self._catalogue.forget(gone, self._number)

    def _batches(self) -> Iterator[_Batch]:
        after = 0
        while waiting := self._catalogue.waiting(self._settings.batch, self._number, after):
            after = waiting[-1].row
            found = self._catalogue.embeddings(self._embedder.id, {w.key for w in waiting}, self._dimensions)
            missing = list({w.key: w for w in waiting if w.key not in found | self._under_way.keys()}.values())
            self._under_way |= {w.key: None for w in missing}
            coming = self._workers.submit([_passage(w) for w in missing]) if missing else None
            yield _Batch(waiting, found, missing, coming)

    def _finish(self, batch: _Batch) -> None:
        ids = [w.id for w in batch.waiting]
        try:
            if batch.coming is not None:
                batch.vectors |= self._kept(batch.missing, batch.coming)
            # The same text may have been under way for the batch before.
            batch.vectors |= self._catalogue.embeddings(
                self._embedder.id, {w.key for w in batch.waiting} - batch.vectors.keys(), self._dimensions
            )
            for one in batch.missing:
                self._under_way.pop(one.key, None)
            ready = [w for w in batch.waiting if w.key in batch.vectors]
            if ready:
                self._vectors.put(
                    [w.id for w in ready],
                    np.stack([batch.vectors[w.key] for w in ready]),
                    [w.article_id for w in ready],
                )
                self._catalogue.mark_ready([w.id for w in ready], self._number)
            self.done += len(ready)
        except FootnoteError as error:
            self._catalogue.note_failure(ids, str(error), self._number)
            raise

    def _kept(self, missing: Sequence[Waiting], coming: Future[Vectors]) -> dict[str, Vectors]:
        """Vectors by key, cached; without those of texts that the model refuses, which are set aside."""
        try:
            made = self._patiently(missing, coming)
        except PermanentError as error:
            if len(missing) == 1:
                same = [w.id for w in self._catalogue.waiting(self._settings.batch, self._number, key=missing[0].key)]
                self._catalogue.set_aside(same, str(error), self._number)
                return {}
            half = len(missing) // 2
            found: dict[str, Vectors] = {}
            for part in (missing[:half], missing[half:]):
                found |= self._kept(part, self._workers.submit([_passage(w) for w in part]))
            return found
        if made.shape[1] != self._dimensions:
            raise SettingsError(
                f"The embedding model gives {made.shape[1]} dimensions, but the index has {self._dimensions}: "
                "set FOOTNOTE_EMBEDDING__MODEL (and __DIMENSIONS) back, or run `footnote generations build`."
            )
        vectors = {w.key: row for w, row in zip(missing, made, strict=True)}
        self._catalogue.keep_embeddings(self._embedder.id, vectors)
        return vectors

    def _patiently(self, missing: Sequence[Waiting], coming: Future[Vectors]) -> Vectors:
        for tried in range(1, _TRIES):
            try:
                return coming.result()
            except TransientError:
                time.sleep(_PAUSE * tried)
                coming = self._workers.submit([_passage(w) for w in missing])
        return coming.result()

    def _pace(self, began: float, made: int) -> None:
        if self._settings.per_minute is not None:
            time.sleep(max(0.0, began + made * 60 / self._settings.per_minute - time.monotonic()))


def _passage(waiting: Waiting) -> str:
    return embedded_text(waiting.title, waiting.chunk.section, waiting.chunk.text)
