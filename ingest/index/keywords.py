"""BM25 over SQLite FTS5 (Robertson & Zaragoza 2009), in the catalogue's own transactions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, text

from ingest.article import Chunk
from ingest.terms import terms

# A term in the title or heading says more than the same term in the body.
_WEIGHTS = "2.0, 1.5, 1.0"


@dataclass(frozen=True, slots=True)
class KeywordHit:
    """A chunk's BM25 score, higher is better."""

    chunk_id: str
    score: float


def add(connection: Connection, rows: Iterable[tuple[int, str, Chunk]]) -> None:
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
            text("INSERT INTO keywords(rowid, title, section, body) VALUES (:row, :title, :section, :body)"), values
        )


def remove(connection: Connection, article_id: str) -> None:
    """Drop every chunk of an article."""
    connection.execute(
        text("DELETE FROM keywords WHERE rowid IN (SELECT row FROM chunks WHERE article_id = :id)"), {"id": article_id}
    )


def search(connection: Connection, query: Sequence[str], groups: Sequence[str], limit: int) -> list[KeywordHit]:
    """The best chunks that hold any of the terms and belong to any of the groups; none for no terms."""
    if not query or not groups:
        return []
    statement = text(
        f"SELECT chunks.id, -bm25(keywords, {_WEIGHTS}) AS score FROM keywords "  # noqa: S608 - constant weights
        "JOIN chunks ON chunks.row = keywords.rowid "
        "WHERE keywords MATCH :query AND chunks.article_id IN "
        "(SELECT article_id FROM article_groups WHERE name IN :groups) "
        "ORDER BY score DESC, chunks.id LIMIT :limit"
    ).bindparams(bindparam("groups", expanding=True))
    rows = connection.execute(
        statement, {"query": " OR ".join(map(_quoted, query)), "groups": list(groups), "limit": limit}
    )
    return [KeywordHit(row.id, row.score) for row in rows]


def document_frequencies(connection: Connection, query: Sequence[str]) -> dict[str, int]:
    """In how many chunks each term stands; terms that stand in none are left out."""
    if not query:
        return {}
    statement = text("SELECT term, doc FROM keyword_terms WHERE term IN :terms").bindparams(
        bindparam("terms", expanding=True)
    )
    return {row.term: row.doc for row in connection.execute(statement, {"terms": list(query)})}


def count(connection: Connection) -> int:
    """Chunks in the index."""
    # FTS5's own table of lengths: counting the index itself would read every text in it.
    return int(connection.execute(text("SELECT count(*) FROM keywords_docsize")).scalar_one())


def _quoted(term: str) -> str:
    """A term that FTS5 takes literally, whatever it looks like."""
    return '"' + term.replace('"', '""').replace("\0", " ") + '"'
