"""Opens the catalogue's database and brings its schema up to date."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, OperationalError

from ingest.errors import IndexUnavailable, TransientError
from ingest.index.schema import SCHEMA_VERSION

_FULL = "database or disk is full"


def open_database(data: Path, create: bool) -> Engine:
    """An engine on `data/catalogue.db`, its schema current.

    Raises:
        IndexUnavailable: nothing is there and `create` is False, or a newer Footnote wrote it, or it is damaged.
        TransientError: the folder cannot be written.
    """
    path = data / "catalogue.db"
    if not path.exists():
        if not create:
            raise IndexUnavailable(
                f"There is no index in {data}: run `footnote ingest PATH` first, or name another --data."
            )
        try:
            data.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise TransientError(
                f"The data folder {data} cannot be made: {error.strerror}. Check its parent."
            ) from None
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 30, "check_same_thread": False})
    event.listen(engine, "connect", _tuned)
    event.listen(engine, "begin", _begun)
    with translated(data):
        found = _schema_version(engine)
        if found != SCHEMA_VERSION:
            if found is not None and found > SCHEMA_VERSION:
                raise IndexUnavailable(
                    f"The data folder {data} was written by a newer Footnote "
                    f"(schema {found}; this one knows {SCHEMA_VERSION}). "
                    "Upgrade Footnote, or name another --data. Nothing was changed."
                )
            _migrate(engine)
    return engine


@contextmanager
def translated(data: Path) -> Iterator[None]:
    """Turns the database's failures into sentences.

    Raises:
        TransientError: the disk is full, or the folder cannot be written.
        IndexUnavailable: the file is damaged.
    """
    try:
        yield
    except OperationalError as error:
        text = str(error.orig)
        if _FULL in text or "disk I/O error" in text:
            raise TransientError(
                f"The disk that holds {data} is full. Free some space and run the same command again; "
                "what was already indexed is unharmed."
            ) from None
        if "locked" in text:
            raise TransientError(f"Another process is writing to {data}. Try again when it has finished.") from None
        if "readonly" in text or "unable to open" in text:
            raise TransientError(
                f"The data folder {data} cannot be written: check its owner and permissions."
            ) from None
        raise
    except DatabaseError as error:
        if isinstance(error.orig, sqlite3.DatabaseError) and "malformed" in str(error.orig) + " not a database":
            raise IndexUnavailable(
                f"The catalogue in {data} is damaged. Restore catalogue.db from a backup, "
                "or ingest into a new --data folder."
            ) from None
        raise


def writer(engine: Engine) -> Engine:
    """The same database for transactions that write: they queue at the start instead of failing in the middle."""
    return engine.execution_options(write=True)


def _begun(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("write") else "BEGIN")


def _tuned(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver would commit before DDL; SQLAlchemy's own BEGIN does not
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "mmap_size=268435456"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _schema_version(engine: Engine) -> str | None:
    with engine.connect() as connection:
        if not connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").first():
            return None
        row = connection.exec_driver_sql("SELECT version_num FROM alembic_version").first()
        return str(row[0]) if row else None


def _migrate(engine: Engine) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "ingest.index:migrations")
    with writer(engine).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
