"""Who embeds: threads of this process, or others elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

from ingest.embedding.base import Embedder, Vectors


class Workers(Protocol):
    """Embeds batches of passages, several at a time; a batch may be given again, its vectors are the same."""

    @property
    def at_once(self) -> int:
        """Batches that are worked on at the same time."""
        ...

    def submit(self, texts: Sequence[str]) -> Future[Vectors]:
        """(len(texts), dimensions) once it is done; raises what `Embedder.passages` raises."""
        ...

    def close(self) -> None:
        """Let go of the workers."""
        ...


class LocalWorkers:
    """Threads: one is enough for a model on this machine, which has threads of its own; an endpoint takes several."""

    def __init__(self, embedder: Embedder, at_once: int = 1) -> None:
        self._embedder, self.at_once = embedder, at_once
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="batch")

    def submit(self, texts: Sequence[str]) -> Future[Vectors]:
        """See `Workers.submit`."""
        return self._pool.submit(self._embedder.passages, list(texts))

    def close(self) -> None:
        """Wait for what is under way; start nothing more."""
        self._pool.shutdown(cancel_futures=True)
