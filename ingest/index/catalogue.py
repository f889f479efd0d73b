"""The catalogue: every article, version and chunk, what is embedded and what is served. It is the truth.

Keywords change in the same transactions. Chroma follows: each chunk says whether it is `new` (not yet
in Chroma), `ready`, or `gone` (to be taken out), so that a run that was killed is simply carried on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, true, update
from sqlalchemy.dialects.sqlite import insert as upsert

from ingest.article import Article, Chunk, Page, Section
from ingest.embedding.base import Vectors
from ingest.index import keywords
from ingest.index.database import open_database, translated, writer
from ingest.index.schema import article_groups, articles, changes, chunks, embeddings, generations, runs, versions

_LISTED = ("article_id", "number", "title", "language", "author", "published_at", "url", "groups")
# SQLite takes 32,766 variables in one statement; older ones took 999.
_VARIABLES = 900


@dataclass(frozen=True, slots=True)
class Known:
    """What the catalogue knows of a source."""

    article_id: str
    uri: str
    source_hash: str
    removed: bool


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


@dataclass(frozen=True, slots=True)
class Waiting:
    """A chunk that Chroma does not have yet."""

    id: str
    article_id: str
    key: str
    title: str
    chunk: Chunk


@dataclass(frozen=True, slots=True)
class Generation:
    """One complete build of the vectors."""

    id: int
    embedder: str
    dimensions: int
    chunker: str
    collection: str


def now() -> str:
    """The time as ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


class Catalogue:
    """One SQLite file; safe to share between threads.

    Every method may raise TransientError (disk full, locked) or IndexUnavailable (damaged).
    """

    def __init__(self, data: Path, create: bool = False) -> None:
        self.data = data
        self._engine = open_database(data, create)
        self._writer = writer(self._engine)

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    # Articles

    def known(self, uri: str) -> Known | None:
        """What is known of the source at `uri`."""
        return self._known(articles.c.uri == uri)

    def known_id(self, article_id: str) -> Known | None:
        """What is known of the article `article_id`."""
        return self._known(articles.c.id == article_id)

    def _known(self, condition: object) -> Known | None:
        with translated(self.data), self._engine.connect() as connection:
            row = connection.execute(select(articles).where(condition)).first()  # type: ignore[arg-type]
        return Known(row.id, row.uri, row.source_hash, row.removed_at is not None) if row else None

    def add(self, article: Article, source_hash: str, cut: Sequence[Chunk], keys: Sequence[str]) -> None:
        """Record a new version. It is served at once if the article has none yet, else when its vectors are in.

        `cut` are its chunks, numbered with `next_version`; `keys` name their embeddings.
        """
        with translated(self.data), self._writer.begin() as connection:
            number = cut[0].version
            serving = connection.scalar(
                select(articles.c.version).where(articles.c.id == article.id, articles.c.removed_at.is_(None))
            )
            self._discard_unserved(connection, article.id, serving)
            sequence = self._changed(connection, article.id, number, "changed" if serving is not None else "added")
            statement = upsert(articles).values(
                id=article.id, uri=article.uri, version=None, source_hash=source_hash, sequence=sequence
            )
            connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["id"],
                    set_={"uri": article.uri, "source_hash": source_hash, "removed_at": None, "sequence": sequence},
                )
            )
            connection.execute(insert(versions).values(_version_row(article, number, source_hash)))
            connection.execute(
                insert(chunks),
                [
                    {
                        "id": c.id,
                        "article_id": c.article_id,
                        "version": c.version,
                        "ordinal": c.ordinal,
                        "start": c.start,
                        "end": c.end,
                        "section": c.section,
                        "page": c.page,
                        "embedding_key": key,
                        "state": "new",
                    }
                    for c, key in zip(cut, keys, strict=True)
                ],
            )
            if serving is None:
                self._serve(connection, article.id, number)

    def next_version(self, article_id: str) -> int:
        """The number a new version of the article gets."""
        with translated(self.data), self._engine.connect() as connection:
            last = connection.scalar(select(func.max(versions.c.number)).where(versions.c.article_id == article_id))
        return (last or 0) + 1

    def remove(self, article_id: str) -> bool:
        """Take an article out of search at once; its versions stay for old citations. False if there is none."""
        present = articles.c.id == article_id, articles.c.removed_at.is_(None)
        with translated(self.data), self._writer.begin() as connection:
            if connection.scalar(select(articles.c.id).where(*present)) is None:
                return False
            sequence = self._changed(connection, article_id, None, "removed")
            connection.execute(
                update(articles).where(*present).values(removed_at=now(), sequence=sequence, version=None)
            )
            keywords.remove(connection, article_id)
            connection.execute(delete(article_groups).where(article_groups.c.article_id == article_id))
            connection.execute(update(chunks).where(chunks.c.article_id == article_id).values(state="gone"))
        return True

    def article(
        self, article_id: str, version: int | None = None, groups: Collection[str] | None = None
    ) -> Article | None:
        """An article as search sees it, or one of its versions. `groups` (None: anyone's) must share one with it."""
        query = select(versions, articles.c.uri).join(articles, articles.c.id == versions.c.article_id)
        query = query.where(versions.c.article_id == article_id)
        query = query.where(versions.c.number == (articles.c.version if version is None else version))
        with translated(self.data), self._engine.connect() as connection:
            row = connection.execute(query).first()
        if row is None or (groups is not None and not set(groups) & set(row.groups)):
            return None
        return _article(row)

    def serving(self, article_id: str) -> int | None:
        """The version that search sees."""
        with translated(self.data), self._engine.connect() as connection:
            return connection.scalar(select(articles.c.version).where(articles.c.id == article_id))

    def listed(
        self, groups: Collection[str] | None = None, limit: int | None = None, after: str | None = None
    ) -> list[Listed]:
        """Articles that search sees, by id, after the id `after`."""
        waiting = func.sum(func.iif(chunks.c.state == "new", 1, 0))
        query = (
            select(
                *(versions.c[name] for name in _LISTED),
                articles.c.uri,
                func.count(chunks.c.row).label("chunk_count"),
                waiting.label("waiting"),
            )
            .join(articles, (articles.c.id == versions.c.article_id) & (articles.c.version == versions.c.number))
            .outerjoin(chunks, (chunks.c.article_id == articles.c.id) & (chunks.c.version == articles.c.version))
            .group_by(articles.c.id)
            .order_by(articles.c.id)
        )
        if groups is not None:
            query = query.where(
                articles.c.id.in_(select(article_groups.c.article_id).where(article_groups.c.name.in_(list(groups))))
            )
        if after is not None:
            query = query.where(articles.c.id > after)
        if limit is not None:
            query = query.limit(limit)
        with translated(self.data), self._engine.connect() as connection:
            return [
                Listed(
                    r.article_id,
                    r.title,
                    r.language,
                    r.author,
                    r.published_at,
                    r.uri,
                    r.url,
                    r.number,
                    tuple(r.groups),
                    r.chunk_count,
                    r.waiting or 0,
                )
                for r in connection.execute(query)
            ]

    # What Chroma still has to be told

    def waiting(self, limit: int) -> list[Waiting]:
        """Chunks that are not in Chroma, oldest first."""
        query = select(chunks).where(chunks.c.state == "new").order_by(chunks.c.row).limit(limit)
        with translated(self.data), self._engine.connect() as connection:
            rows = connection.execute(query).all()
            texts = {
                place: connection.execute(
                    select(versions.c.title, versions.c.text).where(
                        versions.c.article_id == place[0], versions.c.number == place[1]
                    )
                ).one()
                for place in dict.fromkeys((r.article_id, r.version) for r in rows)
            }
            found = []
            for r in rows:
                title, body = texts[r.article_id, r.version]
                found.append(Waiting(r.id, r.article_id, r.embedding_key, title, _chunk(r, body[r.start : r.end])))
            return found

    def count_waiting(self) -> int:
        """How many chunks are not in Chroma."""
        with translated(self.data), self._engine.connect() as connection:
            return connection.scalar(select(func.count()).where(chunks.c.state == "new")) or 0

    def mark_ready(self, chunk_ids: Sequence[str]) -> None:
        """These chunks are in Chroma now; versions that are complete with them are served from here on."""
        with translated(self.data), self._writer.begin() as connection:
            touched: set[str] = set()
            for part in _parts(chunk_ids):
                those = chunks.c.id.in_(part)
                connection.execute(update(chunks).where(those, chunks.c.state == "new").values(state="ready"))
                touched.update(connection.scalars(select(chunks.c.article_id).where(those)))
            # Only these: looking at every article after every batch takes the square of their number.
            for part in _parts(sorted(touched)):
                self._switch(connection, articles.c.id.in_(part), waiting_too=False)

    def switch(self) -> None:
        """Serve every newest version, embedded or not: for an index that has keywords alone."""
        with translated(self.data), self._writer.begin() as connection:
            self._switch(connection, true(), waiting_too=True)

    def gone(self, limit: int) -> list[str]:
        """Chunks that are to leave Chroma."""
        with translated(self.data), self._engine.connect() as connection:
            return list(connection.scalars(select(chunks.c.id).where(chunks.c.state == "gone").limit(limit)))

    def forget(self, chunk_ids: Sequence[str]) -> None:
        """These chunks have left Chroma."""
        with translated(self.data), self._writer.begin() as connection:
            for part in _parts(chunk_ids):
                connection.execute(delete(chunks).where(chunks.c.id.in_(part), chunks.c.state == "gone"))

    def _discard_unserved(self, connection: Connection, article_id: str, serving: int | None) -> None:
        """A version that never came to be served is overtaken by the next one."""
        late = chunks.c.article_id == article_id
        if serving is not None:
            late &= chunks.c.version != serving
        connection.execute(update(chunks).where(late).values(state="gone"))

    def _switch(self, connection: Connection, those: ColumnElement[bool], waiting_too: bool) -> None:
        newer = (
            select(versions.c.article_id, func.max(versions.c.number).label("number"))
            .join(articles, articles.c.id == versions.c.article_id)
            .where(
                those,
                articles.c.removed_at.is_(None),
                articles.c.version.is_not(None),
                versions.c.number > articles.c.version,
            )
            .group_by(versions.c.article_id)
        )
        for article_id, number in connection.execute(newer).all():
            incomplete = select(chunks.c.row).where(
                chunks.c.article_id == article_id, chunks.c.version == number, chunks.c.state == "new"
            )
            if waiting_too or connection.execute(incomplete.limit(1)).first() is None:
                self._serve(connection, article_id, number)

    def _serve(self, connection: Connection, article_id: str, number: int) -> None:
        keywords.remove(connection, article_id)
        connection.execute(
            update(chunks).where(chunks.c.article_id == article_id, chunks.c.version != number).values(state="gone")
        )
        version = connection.execute(
            select(versions).where(versions.c.article_id == article_id, versions.c.number == number)
        ).one()
        rows = connection.execute(select(chunks).where(chunks.c.article_id == article_id, chunks.c.version == number))
        keywords.add(connection, ((r.row, version.title, _chunk(r, version.text[r.start : r.end])) for r in rows.all()))
        connection.execute(delete(article_groups).where(article_groups.c.article_id == article_id))
        connection.execute(insert(article_groups), [{"article_id": article_id, "name": g} for g in version.groups])
        connection.execute(update(articles).where(articles.c.id == article_id).values(version=number))

    def _changed(self, connection: Connection, article_id: str, version: int | None, kind: str) -> int:
        added = connection.execute(insert(changes).values(article_id=article_id, version=version, kind=kind, at=now()))
        return int(added.inserted_primary_key[0])  # type: ignore[index]

    # Search

    def keyword_search(self, query: Sequence[str], groups: Sequence[str], limit: int) -> list[keywords.KeywordHit]:
        """See `keywords.search`."""
        with translated(self.data), self._engine.connect() as connection:
            return keywords.search(connection, query, groups, limit)

    def document_frequencies(self, query: Sequence[str]) -> tuple[dict[str, int], int]:
        """In how many chunks each term stands, and how many chunks there are."""
        with translated(self.data), self._engine.connect() as connection:
            return keywords.document_frequencies(connection, query), keywords.count(connection)

    def visible(self, chunk_ids: Collection[str], groups: Collection[str]) -> dict[str, tuple[Chunk, Article]]:
        """Those of the chunks that are served to one of the groups, with their articles."""
        query = (
            select(chunks)
            .join(articles, (articles.c.id == chunks.c.article_id) & (articles.c.version == chunks.c.version))
            .where(
                chunks.c.state != "gone",
                articles.c.id.in_(select(article_groups.c.article_id).where(article_groups.c.name.in_(list(groups)))),
            )
        )
        with translated(self.data), self._engine.connect() as connection:
            rows = [r for part in _parts(chunk_ids) for r in connection.execute(query.where(chunks.c.id.in_(part)))]
            # A text is read once for all of its chunks: it may be a whole book.
            of = {i: a for part in _parts({r.article_id for r in rows}) for i, a in _served(connection, part)}
        return {r.id: (_chunk(r, of[r.article_id].text[r.start : r.end]), of[r.article_id]) for r in rows}

    def chunk_ids(self, groups: Collection[str], limit: int) -> list[str]:
        """Chunks that are served to one of the groups and are in Chroma, at most `limit`."""
        allowed = select(article_groups.c.article_id).where(article_groups.c.name.in_(list(groups)))
        query = (
            select(chunks.c.id)
            .join(articles, (articles.c.id == chunks.c.article_id) & (articles.c.version == chunks.c.version))
            .where(chunks.c.state == "ready", articles.c.id.in_(allowed))
            .limit(limit)
        )
        with translated(self.data), self._engine.connect() as connection:
            return list(connection.scalars(query))

    def languages(self, chunk_ids: Collection[str], groups: Collection[str]) -> dict[str, str]:
        """Languages of those of the chunks that are served to one of the groups."""
        query = (
            select(chunks.c.id, versions.c.language)
            .join(articles, (articles.c.id == chunks.c.article_id) & (articles.c.version == chunks.c.version))
            .join(versions, (versions.c.article_id == articles.c.id) & (versions.c.number == articles.c.version))
            .where(
                chunks.c.state != "gone",
                articles.c.id.in_(select(article_groups.c.article_id).where(article_groups.c.name.in_(list(groups)))),
            )
        )
        with translated(self.data), self._engine.connect() as connection:
            return {
                r.id: r.language
                for part in _parts(chunk_ids)
                for r in connection.execute(query.where(chunks.c.id.in_(part)))
            }

    def sequence(self) -> int:
        """Rises with every change; equal sequences mean equal articles."""
        with translated(self.data), self._engine.connect() as connection:
            return connection.scalar(select(func.max(changes.c.sequence))) or 0

    def counts(self) -> tuple[int, int]:
        """(articles, chunks) that search sees."""
        with translated(self.data), self._engine.connect() as connection:
            served = connection.scalar(
                select(func.count()).select_from(articles).where(articles.c.version.is_not(None))
            )
            return served or 0, keywords.count(connection)

    def count_articles(self, groups: Collection[str]) -> int:
        """Articles that one of the groups may read."""
        query = select(func.count(article_groups.c.article_id.distinct())).where(
            article_groups.c.name.in_(list(groups))
        )
        with translated(self.data), self._engine.connect() as connection:
            return connection.scalar(query) or 0

    # Embeddings and generations

    def embeddings(self, model: str, keys: Iterable[str]) -> dict[str, Vectors]:
        """Cached vectors by key."""
        query = select(embeddings.c.key, embeddings.c.vector).where(embeddings.c.model == model)
        with translated(self.data), self._engine.connect() as connection:
            return {
                r.key: np.frombuffer(r.vector, np.float32)
                for part in _parts(keys)
                for r in connection.execute(query.where(embeddings.c.key.in_(part)))
            }

    def keep_embeddings(self, model: str, vectors: Mapping[str, Vectors]) -> None:
        """Cache vectors, so that no text is embedded twice."""
        if vectors:
            rows = [{"model": model, "key": k, "vector": v.astype(np.float32).tobytes()} for k, v in vectors.items()]
            with translated(self.data), self._writer.begin() as connection:
                connection.execute(upsert(embeddings).on_conflict_do_nothing(), rows)

    def generation(self) -> Generation | None:
        """The build that serves."""
        with translated(self.data), self._engine.connect() as connection:
            row = connection.execute(select(generations).where(generations.c.state == "serving")).first()
        return Generation(row.id, row.embedder, row.dimensions, row.chunker, row.collection) if row else None

    def start_generation(self, embedder: str, dimensions: int, chunker: str) -> Generation:
        """Record the first build."""
        with translated(self.data), self._writer.begin() as connection:
            number = (connection.scalar(select(func.max(generations.c.id))) or 0) + 1
            made = Generation(number, embedder, dimensions, chunker, f"footnote-{number}")
            connection.execute(
                insert(generations).values(
                    id=made.id,
                    embedder=embedder,
                    dimensions=dimensions,
                    chunker=chunker,
                    collection=made.collection,
                    created_at=now(),
                    state="serving",
                )
            )
        return made

    def record_run(self, started_at: str, report: Mapping[str, object]) -> None:
        """Keep what a run did."""
        with translated(self.data), self._writer.begin() as connection:
            connection.execute(insert(runs).values(started_at=started_at, finished_at=now(), report=dict(report)))


def _parts(names: Iterable[str]) -> Iterator[list[str]]:
    """As many at a time as one statement may hold."""
    every = list(names)
    return (every[at : at + _VARIABLES] for at in range(0, len(every), _VARIABLES))


def _served(connection: Connection, article_ids: Sequence[str]) -> Iterator[tuple[str, Article]]:
    query = (
        select(versions, articles.c.uri)
        .join(articles, (articles.c.id == versions.c.article_id) & (articles.c.version == versions.c.number))
        .where(articles.c.id.in_(article_ids))
    )
    return ((row.article_id, _article(row)) for row in connection.execute(query))


def _version_row(article: Article, number: int, source_hash: str) -> dict[str, object]:
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


def _article(row: Row[tuple[object, ...]]) -> Article:
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


def _chunk(row: Row[tuple[object, ...]], body: str) -> Chunk:
    return Chunk(
        row.id,
        row.article_id,
        row.version,
        row.ordinal,
        row.start,
        row.end,
        body,
        row.section,
        row.page,
    )
