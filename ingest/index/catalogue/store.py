"""One SQLite file, opened; what every room of the catalogue stands on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, insert

from ingest.index.database import open_database, translated, writer
from ingest.index.schema import changes


def now() -> str:
    """The time as ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


class Store:
    """Safe to share between threads.

    Every method of the catalogue may raise TransientError (disk full, locked) or IndexUnavailable (damaged).
    """

    def __init__(self, data: Path, create: bool = False) -> None:
        self.data = data
        self._engine = open_database(data, create)
        self._writer = writer(self._engine)

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent look at everything."""
        with translated(self.data), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction: all of it or nothing."""
        with translated(self.data), self._writer.begin() as connection:
            yield connection


def changed(connection: Connection, article_id: str, version: int | None, kind: str) -> int:
    """Note a change; its sequence number."""
    added = connection.execute(insert(changes).values(article_id=article_id, version=version, kind=kind, at=now()))
    return int(added.inserted_primary_key[0])  # type: ignore[index]
