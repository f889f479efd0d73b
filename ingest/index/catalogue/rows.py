"""Rows to dataclasses and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from ingest.article import Article, Chunk, Page, Section
from ingest.index.catalogue.store import now


@dataclass(frozen=True, slots=True)
class Known:
    """What the catalogue knows of a source's item."""

    article_id: str
    uri: str
    source: str
    source_hash: str
    mark: str | None
    removed: bool
    duplicate_of: str | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a listing of articles."""

    id: str
    title: str
    language: str
    author: str | None
    published_at: str | None
    uri: str
    url: str | None
    version: int
    groups: tuple[str, ...]
    chunks: int
    waiting: int
    failed: int
    also_at: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """A chunk that is to be embedded; `row` is its place in the order."""

    row: int
    id: str
    article_id: str
    key: str
    title: str
    chunk: Chunk


@dataclass(frozen=True, slots=True)
class ChunkFailure:
    """A chunk whose last attempt to be embedded failed: it is `new` and waits, or is set aside as `failed`."""

    chunk_id: str
    state: str
    error: str


def version_row(article: Article, number: int, source_hash: str) -> dict[str, object]:
    """The article as a row of `versions`."""
    return {
        "article_id": article.id,
        "number": number,
        "title": article.title,
        "text": article.text,
        "language": article.language,
        "author": article.author,
        "published_at": article.published_at,
        "url": article.url,
        "groups": list(article.groups),
        "sections": [[s.heading, s.level, s.start, s.end] for s in article.sections],
        "pages": [[p.number, p.start, p.end] for p in article.pages],
        "metadata": dict(article.metadata),
        "source_hash": source_hash,
        "created_at": now(),
    }


def chunk_rows(cut: Sequence[Chunk], keys: Sequence[str], generation: int, state: str) -> list[dict[str, object]]:
    """Chunks as rows of `chunks`."""
    return [
        {
            "generation": generation,
            "id": c.id,
            "article_id": c.article_id,
            "version": c.version,
            "ordinal": c.ordinal,
            "start": c.start,
            "end": c.end,
            "section": c.section,
            "page": c.page,
            "embedding_key": key,
            "state": state,
        }
        for c, key in zip(cut, keys, strict=True)
    ]


def article_of(row: Row[Any]) -> Article:
    """The article in a row of `versions` with its `uri`."""
    return Article(
        id=row.article_id,
        title=row.title,
        text=row.text,
        language=row.language,
        uri=row.uri,
        author=row.author,
        published_at=row.published_at,
        url=row.url,
        groups=tuple(row.groups),
        sections=tuple(Section(*s) for s in row.sections),
        pages=tuple(Page(*p) for p in row.pages),
        metadata=row.metadata,
    )


def chunk_of(row: Row[Any], text: str, chunk_id: str | None = None) -> Chunk:
    """The chunk in a row of `chunks`."""
    return Chunk(
        chunk_id or row.id,
        row.article_id,
        row.version,
        row.ordinal,
        row.start,
        row.end,
        text,
        row.section,
        row.page,
    )


def known_of(row: Row[Any]) -> Known:
    """What a row of `articles` says of its source."""
    return Known(row.id, row.uri, row.source, row.source_hash, row.mark, row.removed_at is not None, row.duplicate_of)


def parts(names: Iterable[str]) -> Iterator[list[str]]:
    """As many at a time as one statement may hold: SQLite takes 32,766 variables, older ones took 999."""
    every = list(names)
    return (every[at : at + 900] for at in range(0, len(every), 900))
