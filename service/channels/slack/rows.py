"""The bot's rows in the catalogue's file, made when they are first needed."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, delete
from sqlalchemy.dialects.sqlite import insert

from ingest.index import Catalogue
from service.channels.slack.schema import TABLES, seen

# Slack sends an event again for half an hour at most.
_REMEMBERED = 7 * 24 * 3600.0


class Rows:
    """Safe to share between threads and, like the catalogue, between processes.

    Every method may raise TransientError or IndexUnavailable.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue, self._lock, self._prepared = catalogue, threading.Lock(), False

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent look."""
        self._prepare()
        with self._catalogue.reading() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction: all of it or nothing."""
        self._prepare()
        with self._catalogue.writing() as connection:
            yield connection

    @contextmanager
    def erasing(self) -> Iterator[Connection]:
        """A transaction whose old values are overwritten in the file."""
        self._prepare()
        with self._catalogue.erasing() as connection:
            yield connection

    def _prepare(self) -> None:
        with self._lock:
            if not self._prepared:
                self._catalogue.hold(TABLES)
                self._prepared = True


def first(connection: Connection, key: str | None) -> bool:
    """Whether nothing of this key came before; it is kept with whatever else the transaction does."""
    if key is None:
        return True
    now = time.time()
    connection.execute(delete(seen).where(seen.c.at < now - _REMEMBERED))
    return connection.execute(insert(seen).values(key=key, at=now).on_conflict_do_nothing()).rowcount == 1
