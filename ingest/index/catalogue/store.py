"""One SQLite file, opened; what every room of the catalogue stands on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, insert

from ingest.index.database import Tables, bring_up_to_date, open_database, translated, writer
from ingest.index.schema import changes
from ingest.index.unchanged import WhileUnchanged


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
        self._unchanged = WhileUnchanged(self._engine, 100)

    def close(self) -> None:
        """Let go of the file."""
        self._unchanged.close()
        self._engine.dispose()

    def hold(self, tables: Tables) -> None:
        """Keep other tables in the same file, made or brought up to date now.

        Raises:
            TransientError, IndexUnavailable: the file cannot be written, or a newer Footnote wrote them.
        """
        with translated(self.data):
            bring_up_to_date(self._engine, self.data, tables)

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
