"""API keys as a running service checks them: seldom read anew, and their use written down now and then."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from ingest.errors import FootnoteError
from ingest.index.catalogue import now
from service.errors import NotAllowed
from service.identity.api_key import ApiKey, fits, parts_of, utc_now
from service.identity.identity import Identity
from service.identity.key_store import KeptKey, KeyStore

A = TypeVar("A")
T = TypeVar("T")
_log = logging.getLogger(__name__)
# Seconds: a key that was revoked is refused after at most so long.
FRESH = 0.5
_MOST_KNOWN = 1000
# Seconds between two writes of when a key was used.
_WRITTEN = 60.0


class KnownKeys:
    """What was read of a key counts for half a second, so that a busy key costs a look in a dictionary and a hash."""

    def __init__(self, store: KeyStore) -> None:
        self._store = store
        # Threads of their own: neither the searches' queue nor a writer who waits for the file holds up who asks.
        self._reader = ThreadPoolExecutor(1, "footnote-keys")
        self._writer = ThreadPoolExecutor(1, "footnote-key-use")
        self._known: dict[str, tuple[float, KeptKey]] = {}
        self._used: dict[str, str] = {}
        self._written: dict[str, float] = {}
        self._lock = threading.Lock()

    async def close(self) -> None:
        """Write when keys were last used."""
        await asyncio.get_running_loop().run_in_executor(self._writer, self._write)
        self._writer.shutdown()
        self._reader.shutdown()

    async def identify(self, token: str, headers: Mapping[str, str]) -> Identity:
        """Whoever shows a key.

        Raises:
            NotAllowed: it is none, or its time is over (only who has the whole key is told which), or a page asks with
                it that it is not for.
        """
        parts = parts_of(token)
        kept = await self._find(parts[0]) if parts else None
        if parts is None or kept is None or not fits(parts[1], kept.salt, kept.hash):
            raise NotAllowed(
                "This API key is not one that this service knows: `footnote keys list` shows those it has."
            )
        key = self._good(kept.key)
        if key.origins and any(name.lower() == "origin" and page not in key.origins for name, page in headers.items()):
            raise NotAllowed(f"The API key {key.id} may not be used from pages of this origin.")
        return key.identity()

    async def named(self, key_id: str) -> ApiKey:
        """The key of an id, for what was made with it. Raises as `identify` does."""
        kept = await self._find(key_id)
        if kept is None:
            raise NotAllowed("The API key that this was made with is gone.")
        return self._good(kept.key)

    async def read(self, function: Callable[[A], T], argument: A) -> T:
        """What a function of the store gives, without holding up the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._reader, function, argument)

    def _good(self, key: ApiKey) -> ApiKey:
        fault = key.fault(utc_now())
        if fault is not None:
            raise NotAllowed(fault)
        with self._lock:
            self._used[key.id] = now()
            due = time.monotonic() - self._written.get(key.id, -_WRITTEN) >= _WRITTEN
            if due:
                self._written[key.id] = time.monotonic()
        if due:
            with suppress(RuntimeError):  # closing
                self._writer.submit(self._write)
        return key

    async def _find(self, key_id: str) -> KeptKey | None:
        known = self._known.get(key_id)
        if known is not None and time.monotonic() - known[0] < FRESH:
            return known[1]
        at = time.monotonic()
        kept = await self.read(self._store.find, key_id)
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        if kept is not None:  # ids that are made up are not worth the room
            self._known[key_id] = (at, kept)
        return kept

    def _write(self) -> None:
        with self._lock:
            used, self._used = self._used, {}
        try:
            if used:
                self._store.used(used)
        except FootnoteError as error:
            _log.warning("When API keys were used is not written down. %s", error)
