"""A mark of all that a search can see, so that what was made of it can be told to be out of date."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from ingest.index.catalogue.store import Store
from ingest.index.database import translated
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


class Fingerprint(Store):
    """The mark is chance, not a count: a file restored from a backup has that of its contents, never one seen since."""

    def fingerprint(self) -> str:
        """Differs after anything has changed that search can see, by whatever process: equal means nothing has.

        The database itself notes them, in the transaction that makes them; a row costs under a microsecond more for it.
        """
        with translated(self.data):
            return self._unchanged.get("fingerprint", self._read_fingerprint)

    def _read_fingerprint(self) -> str:
        with self.reading() as connection:
            there = fetched(connection, "SELECT 1 FROM sqlite_master WHERE name = 'search_fingerprint'")
            found = fetched(connection, _READ) if there else []
        if found and found[0][1] == len(_TRIGGERS):
            return str(found[0][0])
        with self.writing() as connection:
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
