"""What search asks the catalogue."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import Connection, Select, func, select

from ingest.article import Article, Chunk
from ingest.index import keywords
from ingest.index.catalogue.generations import serving_generation
from ingest.index.catalogue.rows import article_of, chunk_of, parts
from ingest.index.catalogue.store import Store
from ingest.index.schema import article_groups, articles, changes, chunks, versions


class Searching(Store):
    """Reads of the build that serves."""

    def keyword_search(self, query: Sequence[str], groups: Sequence[str], limit: int) -> list[keywords.KeywordHit]:
        """See `keywords.search`."""
        with self.reading() as connection:
            number = serving_generation(connection)
            return keywords.search(connection, number, query, groups, limit) if number else []

    def document_frequencies(self, query: Sequence[str]) -> tuple[dict[str, int], int]:
        """In how many chunks each term stands, and how many chunks there are."""
        with self.reading() as connection:
            number = serving_generation(connection)
            if number is None:
                return {}, 0
            return keywords.document_frequencies(connection, number, query), keywords.count(connection, number)

    def visible(self, chunk_ids: Collection[str], groups: Collection[str]) -> dict[str, tuple[Chunk, Article]]:
        """Those of the chunks that are served to one of the groups, with their articles."""
        wanted = list(chunk_ids)
        with self.reading() as connection:
            query = (
                select(chunks)
                .join(articles, (articles.c.id == chunks.c.article_id) & (articles.c.version == chunks.c.version))
                .where(
                    chunks.c.generation == serving_generation(connection),
                    chunks.c.state != "gone",
                    articles.c.id.in_(_readable(groups)),
                )
            )
            rows = [r for part in parts(wanted) for r in connection.execute(query.where(chunks.c.id.in_(part)))]
            # A text is read once for all of its chunks: it may be a whole book.
            of = {i: a for part in parts({r.article_id for r in rows}) for i, a in _served(connection, part)}
        return {r.id: (chunk_of(r, of[r.article_id].text[r.start : r.end]), of[r.article_id]) for r in rows}

    def languages(self, chunk_ids: Collection[str], groups: Collection[str]) -> dict[str, str]:
        """Languages of those of the chunks that are served to one of the groups."""
        with self.reading() as connection:
            query = (
                select(chunks.c.id, versions.c.language)
                .join(articles, (articles.c.id == chunks.c.article_id) & (articles.c.version == chunks.c.version))
                .join(versions, (versions.c.article_id == articles.c.id) & (versions.c.number == articles.c.version))
                .where(
                    chunks.c.generation == serving_generation(connection),
                    chunks.c.state != "gone",
                    articles.c.id.in_(_readable(groups)),
                )
            )
            return {
                r.id: r.language
                for part in parts(chunk_ids)
                for r in connection.execute(query.where(chunks.c.id.in_(part)))
            }

    def chunk_ids(self, groups: Collection[str], limit: int) -> list[str]:
        """Chunks that are served to one of the groups and are in Chroma, at most `limit`."""
        with self.reading() as connection:
            query = (
                select(chunks.c.id)
                .join(articles, (articles.c.id == chunks.c.article_id) & (articles.c.version == chunks.c.version))
                .where(
                    chunks.c.generation == serving_generation(connection),
                    chunks.c.state == "ready",
                    articles.c.id.in_(_readable(groups)),
                )
                .limit(limit)
            )
            return list(connection.scalars(query))

    def sequence(self) -> int:
        """Rises with every change; equal sequences mean equal articles."""
        with self.reading() as connection:
            return _sequence(connection)

    def counts(self) -> tuple[int, int]:
        """(articles, chunks) that search sees."""
        with self.reading() as connection:
            served = connection.scalar(
                select(func.count())
                .select_from(articles)
                .where(articles.c.version.is_not(None), articles.c.duplicate_of.is_(None))
            )
            number = serving_generation(connection)
            return served or 0, keywords.count(connection, number) if number else 0

    def count_articles(self, groups: Collection[str]) -> int:
        """Articles that one of the groups may read."""
        query = select(func.count(article_groups.c.article_id.distinct())).where(
            article_groups.c.name.in_(list(groups))
        )
        with self.reading() as connection:
            return connection.scalar(query) or 0


def _sequence(connection: Connection) -> int:
    return connection.scalar(select(func.max(changes.c.sequence))) or 0


def _served(connection: Connection, article_ids: Sequence[str]) -> Iterator[tuple[str, Article]]:
    query = (
        select(versions, articles.c.uri)
        .join(articles, (articles.c.id == versions.c.article_id) & (articles.c.version == versions.c.number))
        .where(articles.c.id.in_(article_ids))
    )
    return ((row.article_id, article_of(row)) for row in connection.execute(query))


def _readable(groups: Collection[str]) -> Select[tuple[str]]:
    return select(article_groups.c.article_id).where(article_groups.c.name.in_(list(groups)))
