"""A mark in the database of all that a search can see: triggers change it with every write that search would notice."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection

from ingest.index.driver import fetched

# By table, the columns that search reads (none: all of them). Why a chunk could not be embedded is not among them.
_SEEN = {
    "articles": "id, uri, version, duplicate_of, removed_at",
    "versions": "",
    "article_groups": "",
    "chunks": 'generation, id, article_id, version, ordinal, start, "end", section, page, embedding_key, state',
    "generations": "",
}
# A build that is made beside the one that serves is not searched yet.
_SERVING = "WHEN EXISTS (SELECT 1 FROM generations WHERE state = 'serving' AND id = {row}.generation)"
_ANEW = "UPDATE search_fingerprint SET mark = hex(randomblob(16))"
_MADE = "CREATE TABLE IF NOT EXISTS search_fingerprint (one INTEGER PRIMARY KEY CHECK (one = 1), mark TEXT NOT NULL)"
_NOTED = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name GLOB 'search_sees_*'"
_READ = f"SELECT mark, ({_NOTED}) FROM search_fingerprint"  # noqa: S608 - of ours


def mark_of(driver: Any) -> str | None:
    """The mark that a connection of sqlite3 sees; None where nothing keeps it yet."""
    try:
        found = driver.execute(_READ).fetchone()
    except sqlite3.OperationalError:
        return None
    return str(found[0]) if found and found[1] == len(_TRIGGERS) else None


def keep_mark(connection: Connection) -> str:
    """Have the mark kept from now on; what it is."""
    connection.exec_driver_sql(_MADE)
    for statement in _TRIGGERS:
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql("INSERT OR REPLACE INTO search_fingerprint VALUES (1, hex(randomblob(16)))")
    return str(fetched(connection, _READ)[0][0])


def seen_to_change(connection: Connection) -> None:
    """Note a change that is not one of these tables': of the keywords, or of what may be told again."""
    if fetched(connection, "SELECT 1 FROM sqlite_master WHERE name = 'search_fingerprint'"):
        connection.exec_driver_sql(_ANEW)


def _triggers() -> Iterator[str]:
    for table, columns in _SEEN.items():
        for when, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
            of = f" OF {columns}" if when == "UPDATE" and columns else ""
            only = _SERVING.format(row=row) if table == "chunks" else ""
            name = f"search_sees_{table}_{when.lower()}"
            yield f"CREATE TRIGGER IF NOT EXISTS {name} AFTER {when}{of} ON {table} {only} BEGIN {_ANEW}; END"


_TRIGGERS = tuple(_triggers())
