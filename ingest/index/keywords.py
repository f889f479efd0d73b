"""BM25 over SQLite FTS5 (Robertson & Zaragoza 2009), in the catalogue's own transactions; one table a generation."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, text

from ingest.article import Chunk
from ingest.index.driver import fetched, listed
from ingest.terms import terms

# A term in the title or heading says more than the same term in the body.
WEIGHTS = (2.0, 1.5, 1.0)


@dataclass(frozen=True, slots=True)
class KeywordHit:
    """A chunk's BM25 score, higher is better."""

    chunk_id: str
    score: float


def create(connection: Connection, generation: int) -> None:
    """Make the tables of a generation."""
    connection.execute(
        text(
            f"CREATE VIRTUAL TABLE {_table(generation)} USING fts5(title, section, body, "
            "tokenize = \"unicode61 remove_diacritics 0 tokenchars '.'''\")"
        )
    )
    connection.execute(
        text(f"CREATE VIRTUAL TABLE {_vocabulary(generation)} USING fts5vocab({_table(generation)}, row)")
    )


def drop(connection: Connection, generation: int) -> None:
    """Take the tables of a generation away, if they are there."""
    connection.execute(text(f"DROP TABLE IF EXISTS {_vocabulary(generation)}"))
    connection.execute(text(f"DROP TABLE IF EXISTS {_table(generation)}"))


def add(connection: Connection, generation: int, rows: Iterable[tuple[int, str, Chunk]]) -> None:
    """Index (row, article title, chunk) triples."""
    values = [
        {
            "row": row,
            "title": " ".join(terms(title)),
            "section": " ".join(terms(chunk.section or "")),
            "body": " ".join(terms(chunk.text)),
        }
        for row, title, chunk in rows
    ]
    if values:
        connection.execute(
            text(
                f"INSERT INTO {_table(generation)}(rowid, title, section, body) "  # noqa: S608 - a number of ours
                "VALUES (:row, :title, :section, :body)"
            ),
            values,
        )


def remove(connection: Connection, generation: int, article_id: str) -> None:
    """Drop every chunk of an article."""
    connection.execute(
        text(
            f"DELETE FROM {_table(generation)} WHERE rowid IN "  # noqa: S608
            "(SELECT row FROM chunks WHERE article_id = :id AND generation = :generation)"
        ),
        {"id": article_id, "generation": generation},
    )


def remove_rows(connection: Connection, generation: int, rows: Sequence[int]) -> None:
    """Drop these rows."""
    connection.execute(
        text(f"DELETE FROM {_table(generation)} WHERE rowid = :row"),  # noqa: S608
        [{"row": row} for row in rows],
    )


def best(
    connection: Connection, generation: int, query: Sequence[str], limit: int, among: Sequence[int] | None = None
) -> list[tuple[int, float]]:
    """(row, BM25) of the best chunks that hold any of the terms, of all or of the rows `among`, best first."""
    table = _table(generation)
    # The plus keeps FTS5 from looking each row up by itself.
    chosen = "AND +rowid IN (SELECT value FROM json_each(:among)) " if among is not None else ""
    weights = ", ".join(map(str, WEIGHTS))
    statement = text(
        f"SELECT rowid, -bm25({table}, {weights}) AS score FROM {table} "  # noqa: S608 - a number of ours
        f"WHERE {table} MATCH :query {chosen}ORDER BY score DESC, rowid LIMIT :limit"
    )
    values = {"query": " OR ".join(map(_quoted, query)), "limit": limit}
    if among is not None:
        values["among"] = json.dumps(list(among))
    return [(row.rowid, row.score) for row in connection.execute(statement, values)]


def indexed(connection: Connection, generation: int, chunk_ids: Collection[str]) -> dict[str, tuple[str, str, str]]:
    """Terms of title, section and body by chunk, with spaces between; chunks that are not indexed are left out."""
    statement = (
        f"SELECT c.id, k.title, k.section, k.body FROM chunks c JOIN {_table(generation)} k ON k.rowid = c.row "  # noqa: S608
        "WHERE c.generation = ? AND c.id IN (SELECT value FROM json_each(?))"
    )
    found = fetched(connection, statement, generation, listed(chunk_ids))
    return {chunk: (title, section, body) for chunk, title, section, body in found}


def document_frequencies(connection: Connection, generation: int, query: Sequence[str]) -> dict[str, int]:
    """In how many chunks each term stands; terms that stand in none are left out."""
    if not query:
        return {}
    statement = text(
        f"SELECT term, doc FROM {_vocabulary(generation)} WHERE term IN :terms"  # noqa: S608
    ).bindparams(bindparam("terms", expanding=True))
    return {row.term: row.doc for row in connection.execute(statement, {"terms": list(query)})}


def commonest(connection: Connection, generation: int, limit: int) -> list[str]:
    """The terms that stand in most chunks, most first."""
    statement = f"SELECT term FROM {_vocabulary(generation)} ORDER BY doc DESC LIMIT ?"  # noqa: S608
    return [term for (term,) in fetched(connection, statement, limit)]


def count(connection: Connection, generation: int) -> int:
    """Chunks in the index."""
    # FTS5's own table of lengths: counting the index itself would read every text in it.
    return int(connection.execute(text(f"SELECT count(*) FROM {_table(generation)}_docsize")).scalar_one())  # noqa: S608


def rows(connection: Connection, generation: int) -> list[int]:
    """The rows that are indexed, in order."""
    return list(connection.scalars(text(f"SELECT rowid FROM {_table(generation)} ORDER BY rowid")))  # noqa: S608


def check(connection: Connection, generation: int) -> None:
    """FTS5's own check of itself.

    Raises:
        sqlalchemy.exc.DatabaseError: the index contradicts itself.
    """
    table = _table(generation)
    connection.execute(text(f"INSERT INTO {table}({table}) VALUES ('integrity-check')"))  # noqa: S608


def agrees(connection: Connection, generation: int) -> bool:
    """Whether a search finds terms as often as they stand in the index; `check` does not look at how they are found."""
    often = text(f"SELECT term, doc FROM {_vocabulary(generation)} ORDER BY doc DESC, term LIMIT 20")  # noqa: S608
    table = _table(generation)
    matching = text(f"SELECT count(*) FROM {table} WHERE {table} MATCH :term")  # noqa: S608
    return all(
        connection.scalar(matching, {"term": _quoted(row.term)}) == row.doc for row in connection.execute(often).all()
    )


def exists(connection: Connection, generation: int) -> bool:
    """Whether the generation has its tables."""
    names = {"table": _table(generation), "vocabulary": _vocabulary(generation)}
    found = connection.execute(text("SELECT count(*) FROM sqlite_master WHERE name IN (:table, :vocabulary)"), names)
    return int(found.scalar_one()) == len(names)


def _table(generation: int) -> str:
    return f"keywords_{int(generation)}"


def _vocabulary(generation: int) -> str:
    return f"keyword_terms_{int(generation)}"


def _quoted(term: str) -> str:
    """A term that FTS5 takes literally, whatever it looks like."""
    return '"' + term.replace('"', '""').replace("\0", " ") + '"'
