"""Opens the catalogue's database and brings its schema up to date."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, column, create_engine, event, literal, select, table
from sqlalchemy.exc import DatabaseError

from ingest.errors import IndexUnavailable, TransientError
from ingest.index.owner import make_folder
from ingest.index.schema import SCHEMA_VERSION

_CONNECT = {"timeout": 30, "check_same_thread": False}
_FULL = ("database or disk is full", "disk I/O error")
_DAMAGED = (
    "malformed",
    "not a database",
    "no such table",
    "no such column",
    "already exists",  # tables without the number of their schema
    "vtable constructor failed",
    "Could not decode",
)


@dataclass(frozen=True, slots=True)
class Tables:
    """Tables brought up to date together: their migrations, the table that marks how far they are, the newest."""

    migrations: str
    marked_in: str
    newest: str


CATALOGUE = Tables("ingest.index:migrations", "alembic_version", SCHEMA_VERSION)


def open_database(data: Path, create: bool) -> Engine:
    """An engine on `data/catalogue.db`, its schema current.

    Raises:
        IndexUnavailable: nothing is there and `create` is False, or a newer Footnote wrote it, or it is damaged.
        TransientError: the folder cannot be written.
    """
    path = data / "catalogue.db"
    if not os.path.exists(path):  # noqa: PTH110 - a folder that may not be entered is no exception here
        if not create:
            raise IndexUnavailable(
                f"There is no index in {data}: run `footnote ingest PATH` first, or name another --data."
            )
        make_folder(data)
    # Parameters of a statement that fails are people's words: they stay out of the log.
    url = URL.create("sqlite", database=str(path))
    engine = create_engine(url, connect_args=_CONNECT, hide_parameters=True)
    event.listen(engine, "connect", _tuned)
    event.listen(engine, "begin", _begun)
    try:
        with translated(data):
            bring_up_to_date(engine, data, CATALOGUE)
    except BaseException:
        engine.dispose()
        raise
    return engine


@contextmanager
def translated(data: Path) -> Iterator[None]:
    """Turns the database's failures into sentences.

    Raises:
        TransientError: the disk is full, or the folder cannot be written, or another process writes to it.
        IndexUnavailable: the file is damaged.
    """
    try:
        yield
    except (DatabaseError, sqlite3.DatabaseError) as error:  # the second: raised while the connection is tuned
        failure = _failure(data, str(getattr(error, "orig", error)))
        if failure is None:
            raise
        raise failure from None


def _failure(data: Path, said: str) -> TransientError | IndexUnavailable | None:
    """What SQLite said, for a person; None where it is a mistake in the program."""
    if any(words in said for words in _FULL):
        return TransientError(
            f"The disk that holds {data} is full. Free some space and run the same command again; "
            "what was already indexed is unharmed."
        )
    if "locked" in said:
        return TransientError(f"Another process is writing to {data}. Try again when it has finished.")
    if "readonly" in said or "unable to open" in said:
        return TransientError(f"The data folder {data} cannot be written: check its owner and permissions.")
    if any(words in said for words in _DAMAGED):
        return IndexUnavailable(
            f"The catalogue in {data} is damaged. Restore catalogue.db from a backup, "
            "or ingest into a new --data folder."
        )
    return None


def writer(engine: Engine) -> Engine:
    """The same database for transactions that write: they queue at the start instead of failing in the middle."""
    return engine.execution_options(write=True)


def _begun(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("write") else "BEGIN")


def _tuned(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver would commit before DDL; SQLAlchemy's own BEGIN does not
    cursor = connection.cursor()
    # Rows are overwritten where that costs nothing; what is to be erased is: see `Store.erasing`.
    for pragma in (
        "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "mmap_size=67108864", "secure_delete=FAST"
    ):  # fmt: skip
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def bring_up_to_date(engine: Engine, data: Path, tables: Tables) -> None:
    """Make the tables, or change those of an older Footnote, in one transaction.

    Raises:
        IndexUnavailable: a newer Footnote wrote them, or something that is none; nothing was changed.
    """
    found = _version(engine, tables)
    if found == tables.newest:
        return
    if found is not None and found > tables.newest:
        raise IndexUnavailable(
            f"The data folder {data} was written by a newer Footnote (schema {found}; this one knows "
            f"{tables.newest}). Upgrade Footnote, or name another --data. Nothing was changed."
        )
    _migrate(engine, data, tables)


def _version(engine: Engine, tables: Tables) -> str | None:
    with engine.connect() as connection:
        there = select(literal(1)).select_from(table("sqlite_master", column("name")))
        if connection.scalar(there.where(column("name") == tables.marked_in)) is None:
            return None
        found = connection.scalar(select(column("version_num")).select_from(table(tables.marked_in)))
        return None if found is None else str(found)


def _migrate(engine: Engine, data: Path, tables: Tables) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", tables.migrations)
    with writer(engine).begin() as connection:
        config.attributes |= {"connection": connection, "version_table": tables.marked_in}
        try:
            command.upgrade(config, "head")
        except CommandError:
            raise IndexUnavailable(
                f"The data folder {data} has a schema that this Footnote does not know. "
                "Restore catalogue.db from a backup, or ingest into a new --data folder."
            ) from None
