"""What the catalogue can say of its own health, and of its keywords'."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, or_, select
from sqlalchemy.exc import DatabaseError

from ingest.index import keywords
from ingest.index.catalogue.generations import serving_generation
from ingest.index.catalogue.rows import Waiting, chunk_of, parts
from ingest.index.catalogue.store import Store
from ingest.index.schema import article_groups, articles, chunks, versions

_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class KeywordState:
    """Whether a build's keyword tables are there and whole; rows that are missing from them, and those too many."""

    whole: bool
    missing: Sequence[int] = ()
    orphaned: Sequence[int] = ()


class Health(Store):
    """Looks for contradictions; changes nothing."""

    def integrity(self) -> list[str]:
        """SQLite's own complaints about the file; those about keyword tables are `keyword_state`'s.

        Raises:
            IndexUnavailable: the file is damaged so much that it cannot even be checked.
        """
        with self.reading() as connection:
            said = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
        return [line for line in said if line != "ok" and "fts5" not in line.lower()]

    def keyword_state(self, generation: int) -> KeywordState:
        """A build's keyword tables against its chunks."""
        with self.writing() as connection:  # FTS5 checks itself on an INSERT
            if not keywords.exists(connection, generation):
                return KeywordState(whole=False)
            try:
                with connection.begin_nested():
                    keywords.check(connection, generation)
                    if not keywords.agrees(connection, generation):
                        return KeywordState(whole=False)
                    there = set(keywords.rows(connection, generation))
            except DatabaseError:
                return KeywordState(whole=False)
            expected = set(keyword_rows(connection, generation))
            allowed = expected
            if generation != serving_generation(connection):
                # A build beside it may be behind: what it has of an article is replaced when it is completed.
                present = select(chunks.c.row).where(chunks.c.generation == generation, chunks.c.state != "gone")
                allowed = expected | set(connection.scalars(present))
        return KeywordState(True, sorted(expected - there), sorted(there - allowed))

    def chunk_names(self, generation: int, rows: Sequence[int]) -> list[str]:
        """Ids of the chunks in these rows, as far as there are any."""
        with self.reading() as connection:
            return list(
                connection.scalars(
                    select(chunks.c.id).where(chunks.c.generation == generation, chunks.c.row.in_(list(rows)))
                )
            )

    def placed(self, generation: int) -> Iterator[tuple[Waiting, str | None]]:
        """Every chunk with its title and what stands at its place, and the whole text (None: there is none)."""
        after = 0
        while True:
            with self.reading() as connection:
                query = select(chunks).where(
                    chunks.c.generation == generation, chunks.c.state != "gone", chunks.c.row > after
                )
                found = connection.execute(query.order_by(chunks.c.row).limit(_AT_ONCE)).all()
                texts = {
                    place: connection.execute(
                        select(versions.c.title, versions.c.text).where(
                            versions.c.article_id == place[0], versions.c.number == place[1]
                        )
                    ).first()
                    for place in dict.fromkeys((r.article_id, r.version) for r in found)
                }
            if not found:
                return
            after = found[-1].row
            for r in found:
                version = texts[r.article_id, r.version]
                title, text = (version.title, version.text) if version else ("", "")
                chunk = chunk_of(r, text[max(r.start, 0) : max(r.end, 0)])
                waiting = Waiting(r.row, r.id, r.article_id, r.embedding_key, title, chunk)
                yield waiting, text if version else None

    def known_chunks(self, generation: int, chunk_ids: Sequence[str]) -> Mapping[str, tuple[str, str]]:
        """(article, embedding key) of those of the chunks that a build has, by chunk id."""
        found: dict[str, tuple[str, str]] = {}
        with self.reading() as connection:
            for part in parts(chunk_ids):
                query = select(chunks.c.id, chunks.c.article_id, chunks.c.embedding_key)
                query = query.where(chunks.c.generation == generation, chunks.c.id.in_(part))
                found |= {r.id: (r.article_id, r.embedding_key) for r in connection.execute(query)}
        return found

    def versions_missing(self) -> list[str]:
        """Articles that are served in a version that is not there."""
        has = select(versions.c.number).where(
            versions.c.article_id == articles.c.id, versions.c.number == articles.c.version
        )
        query = select(articles.c.id).where(articles.c.version.is_not(None), ~has.exists())
        with self.reading() as connection:
            return list(connection.scalars(query.order_by(articles.c.id)))

    def stranded(self) -> list[tuple[str, int]]:
        """(article, version) that is newer than what is served, and of which the serving build has no chunks."""
        newest = func.max(versions.c.number)
        with self.reading() as connection:
            has = select(chunks.c.row).where(
                chunks.c.generation == (serving_generation(connection) or 0),
                chunks.c.article_id == articles.c.id,
                chunks.c.version > func.coalesce(articles.c.version, 0),
                chunks.c.state != "gone",
            )
            query = (
                select(articles.c.id, newest.label("newest"))
                .join(versions, versions.c.article_id == articles.c.id)
                .where(articles.c.removed_at.is_(None), articles.c.duplicate_of.is_(None), ~has.exists())
                .group_by(articles.c.id)
                .having(newest > func.coalesce(articles.c.version, 0))
            )
            return [(r.id, r.newest) for r in connection.execute(query)]

    def unseen(self, generation: int) -> list[str]:
        """Chunks that the serving build keeps of articles, or of versions, that search no longer sees."""
        with self.reading() as connection:
            if generation != serving_generation(connection):
                return []
            query = (
                select(chunks.c.id)
                .outerjoin(articles, articles.c.id == chunks.c.article_id)
                .where(
                    chunks.c.generation == generation,
                    chunks.c.state != "gone",
                    or_(
                        articles.c.id.is_(None),
                        articles.c.removed_at.is_not(None),
                        articles.c.duplicate_of.is_not(None),
                        chunks.c.version < articles.c.version,
                    ),
                )
            )
            return list(connection.scalars(query.order_by(chunks.c.row)))

    def groups_differ(self) -> list[str]:
        """Articles that search shows to other groups than their version names."""
        with self.reading() as connection:
            shown: dict[str, set[str]] = {}
            for row in connection.execute(select(article_groups)):
                shown.setdefault(row.article_id, set()).add(row.name)
            query = (
                select(versions.c.article_id, versions.c.groups)
                .join(articles, (articles.c.id == versions.c.article_id) & (articles.c.version == versions.c.number))
                .where(articles.c.removed_at.is_(None), articles.c.duplicate_of.is_(None))
            )
            named = {row.article_id: set(row.groups) for row in connection.execute(query)}
        return sorted(one for one in shown.keys() | named.keys() if shown.get(one, set()) != named.get(one, set()))


def keyword_rows(connection: Connection, generation: int) -> list[int]:
    """Rows of the chunks that a build's keywords have to hold: those of the versions that search sees."""
    query = (
        select(chunks.c.row)
        .join(articles, (articles.c.id == chunks.c.article_id) & (articles.c.version == chunks.c.version))
        .where(chunks.c.generation == generation, chunks.c.state != "gone", articles.c.duplicate_of.is_(None))
    )
    return list(connection.scalars(query.order_by(chunks.c.row)))
