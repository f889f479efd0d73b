"""One SQLite file, opened; what every room of the catalogue stands on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

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
        self._looking = threading.local()
        self._unchanged = WhileUnchanged(self._engine, 100, self._looking_anew)

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
        held: Connection | None = getattr(self._looking, "connection", None)
        if held is not None:
            with translated(self.data):
                yield held
            return
        with translated(self.data), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def one_look(self) -> Iterator[None]:
        """Let whatever this thread reads inside be of one moment, whoever writes meanwhile."""
        with self.reading() as connection, self._held(connection):
            yield

    @contextmanager
    def _looking_anew(self) -> Iterator[None]:
        """What is kept for later looks must not be as old as this one may be."""
        with self._held(None):
            yield

    @contextmanager
    def _held(self, connection: Connection | None) -> Iterator[None]:
        outer = getattr(self._looking, "connection", None)
        self._looking.connection = connection
        try:
            yield
        finally:
            self._looking.connection = outer

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction: all of it or nothing."""
        with translated(self.data), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def erasing(self) -> Iterator[Connection]:
        """A transaction whose deleted rows are overwritten in the file; `checkpoint` empties the log of them."""
        with self.writing() as connection:
            connection.exec_driver_sql("PRAGMA secure_delete=ON")
            try:
                yield connection
            finally:
                connection.exec_driver_sql("PRAGMA secure_delete=FAST")

    def checkpoint(self) -> bool:
        """Bring the log into the file and empty it; False where others read or write for half a minute on end."""
        return self._outside("PRAGMA wal_checkpoint(TRUNCATE)")[0] == 0

    def compact(self) -> bool:
        """Write the whole file anew, so that nothing deleted is left in it; False as `checkpoint`.

        It takes about a second for 100 MB, as much free disk again, and other writers wait for it.
        """
        self._outside("VACUUM")
        return self.checkpoint()

    def _outside(self, statement: str) -> tuple[int, ...]:
        """The first row of what cannot be done in a transaction."""
        with translated(self.data), closing(self._engine.raw_connection()) as connection:
            driver: Any = connection.driver_connection
            return tuple(driver.execute(statement).fetchone() or ())


def changed(connection: Connection, article_id: str, version: int | None, kind: str) -> int:
    """Note a change; its sequence number."""
    added = connection.execute(insert(changes).values(article_id=article_id, version=version, kind=kind, at=now()))
    return int(added.inserted_primary_key[0])  # type: ignore[index]
