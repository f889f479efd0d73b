"""Embeds on Ray: in one process for each processor of this machine, or of a cluster. Nothing else knows Ray.

Ray holds texts and vectors alone. What is embedded stays in the catalogue, so a lost cluster costs a batch, not a run.
"""

from __future__ import annotations

import logging
import os
import re
import secrets
import signal
import sys
import threading
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from functools import lru_cache, partial
from importlib.util import find_spec
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from ingest.embedding import Embedder, embedder_from
from ingest.embedding.base import Vectors
from ingest.errors import FootnoteError, SettingsError, TransientError
from ingest.settings import IngestSettings

LOCAL = "local"
_ADDRESS = re.compile(r"local|ray://[^\s/@]+:\d+")
_REPEATS = 3  # how often Ray itself gives a batch to another worker when one dies
_NOT_THERE = ("failed to import", "No module named")
_STORE = 100_000_000  # bytes of shared memory; a batch of vectors takes a tenth of a megabyte


class RayWorkers:
    """Embeds batches on Ray, which starts with the first of them; `embedder` names the vector space."""

    def __init__(self, settings: IngestSettings, address: str = LOCAL, at_once: int | None = None) -> None:
        """`address` is "local" or ray://host:port; `at_once` batches are worked on, at most one for each processor.

        Raises:
            SettingsError: Ray is not installed, the address is none, or nothing is to be embedded.
        """
        if not _ADDRESS.fullmatch(address):
            raise SettingsError(
                f"--workers {address}: workers are `local`, or at an address like ray://10.0.0.5:10001."
            )
        if find_spec("ray") is None:
            raise SettingsError("--workers needs Ray, which is not installed: pip install 'footnote-qa[ray]'.")
        embedder = embedder_from(settings)
        if embedder is None:
            raise SettingsError(
                "--workers has nothing to embed, because FOOTNOTE_EMBEDDING__PROVIDER is none: leave --workers out."
            )
        self.embedder = embedder.id
        self._recipe = _recipe(settings)
        self._address, self._wanted, self._processors = address, at_once, 1
        self._task: Any = None
        self._folder: TemporaryDirectory[str] | None = None
        self._under_way: set[Future[Vectors]] = set()

    @property
    def at_once(self) -> int:
        """One for each processor that Ray has; 1 before it has started."""
        return min(self._processors, self._wanted or self._processors)

    def submit(self, texts: Sequence[str]) -> Future[Vectors]:
        """See `Workers.submit`.

        Raises:
            TransientError: Ray does not start, or the cluster does not answer.
            SettingsError: the cluster runs another version of Ray or Python.
        """
        if not self._joined():
            self._start()
        made: Future[Vectors] = Future()
        self._under_way.add(made)
        made.add_done_callback(self._under_way.discard)
        try:
            coming = self._task.remote(self._recipe, self.embedder, list(texts)).future()
        except Exception as error:  # the connection is gone, in one of many ways
            made.set_exception(self._told(error))
            return made
        coming.add_done_callback(partial(self._settle, made))
        return made

    def close(self) -> None:
        """Stop Ray on this machine, or leave the cluster; what was under way is dropped."""
        if self._task is None:
            return
        import ray

        for made in list(self._under_way):
            made.cancel()
        self._task, self._processors = None, 1
        ray.shutdown()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _joined(self) -> bool:
        if self._task is None:
            return False
        import ray

        return bool(ray.is_initialized())  # not any more once a cluster is lost

    def _start(self) -> None:
        os.environ |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ENABLE_AUTO_CONNECT": "0"}
        if self._address == LOCAL and "ray" not in sys.modules:
            # Its ports can be reached from other machines. Ray asks for a token there, which it would keep in the home.
            os.environ.setdefault("RAY_AUTH_MODE", "token")
            os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))
        import ray

        where = "on this machine" if self._address == LOCAL else f"at {self._address}"
        try:
            with _signals_kept(), warnings.catch_warnings(action="ignore"):
                self._join(ray)
            self._processors = int(ray.cluster_resources().get("CPU", 0))
        except Exception as error:  # whatever Ray raises
            ray.shutdown()
            if isinstance(error, RuntimeError) and "version" in str(error).lower():
                raise SettingsError(
                    f"Ray {where} is another version, or runs on another Python: this is Ray {ray.__version__}."
                ) from None
            raise TransientError(
                f"Ray {where} does not start or does not answer ({type(error).__name__}): check the address, memory "
                "and Ray's log, or leave --workers out."
            ) from None
        if self._processors < 1:
            ray.shutdown()
            raise TransientError(f"Ray {where} has no processor for a worker: start its nodes first.")
        self._task = ray.remote(num_cpus=1, max_retries=_REPEATS)(_passages)

    def _join(self, ray: Any) -> None:
        logging.getLogger("ray").setLevel(logging.CRITICAL)  # it prints tracebacks; what failed is said in a sentence
        quiet = {"log_to_driver": False, "logging_level": logging.CRITICAL}
        if self._address != LOCAL:
            ray.init(address=self._address, **quiet)
            return
        # Ray's sockets lie below this folder, and the path of a socket has to be short.
        short = "/tmp" if os.path.isdir("/tmp") else None  # noqa: S108, PTH112
        self._folder = TemporaryDirectory(prefix="footnote-", dir=short, ignore_cleanup_errors=True)
        ray.init(
            address=LOCAL,
            num_cpus=self._wanted or os.cpu_count(),
            object_store_memory=_STORE,
            include_dashboard=False,
            _temp_dir=self._folder.name,
            **quiet,
        )

    def _settle(self, made: Future[Vectors], done: Future[Any]) -> None:
        if not made.set_running_or_notify_cancel():
            return
        error = done.exception()
        if error is not None:
            made.set_exception(self._told(error))
        elif isinstance(done.result(), FootnoteError):
            made.set_exception(done.result())
        else:
            made.set_result(np.array(done.result()))  # Ray's own is in shared memory, and read-only

    def _told(self, error: BaseException) -> BaseException:
        """What went wrong in Ray, as ours; a worker's unforeseen error stays what it is."""
        from ray.exceptions import RayError, RayTaskError

        cause = error.cause if isinstance(error, RayTaskError) else error
        if isinstance(cause, ImportError) or any(said in str(cause) for said in _NOT_THERE):
            return SettingsError(
                f"The workers of Ray ({self._address}) do not have this Footnote: install it on each machine."
            )
        if isinstance(error, RayTaskError) and not isinstance(cause, RayError):
            return cause
        return TransientError(
            f"Ray ({self._address}) gave no vectors for a batch ({type(error).__name__}): its workers died or cannot "
            "be reached. Run the same command again."
        )


def _recipe(settings: IngestSettings) -> IngestSettings:
    """What an embedder is built from, and no other key; one thread, because there is a worker for each processor."""
    path = settings.embedding.path
    embedding = settings.embedding.model_copy(update={"threads": 1, "path": path.absolute() if path else None})
    return IngestSettings.model_construct(embedding=embedding, openai_api_key=settings.openai_api_key)


def _passages(recipe: IngestSettings, wanted: str, texts: list[str]) -> Vectors | FootnoteError:
    """Runs in a worker. Our errors are returned, not raised: Ray would make a traceback of their message."""
    try:
        embedder = _embedder(recipe)
        if embedder.id != wanted:
            return SettingsError(
                f"A worker of Ray embeds with {embedder.id}, this machine with {wanted}: install the same Footnote and "
                "the same weights on each machine."
            )
        return embedder.passages(texts)
    except FootnoteError as error:
        return error


@lru_cache(maxsize=1)
def _embedder(recipe: IngestSettings) -> Embedder:
    embedder = embedder_from(recipe)
    if embedder is None:
        raise SettingsError("A worker of Ray was asked to embed without an embedder.")
    return embedder


@contextmanager
def _signals_kept() -> Iterator[None]:
    """Ray takes SIGTERM for itself; the program has its own use for it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    kept = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, kept)
