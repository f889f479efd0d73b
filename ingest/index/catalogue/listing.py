"""Articles as people list them."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func, select

from ingest.index.catalogue.generations import serving_generation
from ingest.index.catalogue.rows import Listed
from ingest.index.catalogue.store import Store
from ingest.index.schema import article_groups, articles, chunks, versions

_LISTED = ("article_id", "number", "title", "language", "author", "published_at", "url", "groups")


class Listing(Store):
    """What search sees, a line an article."""

    def listed(
        self, groups: Collection[str] | None = None, limit: int | None = None, after: str | None = None
    ) -> list[Listed]:
        """Articles that search sees, by id, after the id `after`."""
        with self.reading() as connection:
            page = select(articles.c.id, articles.c.version, articles.c.uri).where(
                articles.c.version.is_not(None), articles.c.duplicate_of.is_(None)
            )
            if groups is not None:
                allowed = select(article_groups.c.article_id).where(article_groups.c.name.in_(list(groups)))
                page = page.where(articles.c.id.in_(allowed))
            if after is not None:
                page = page.where(articles.c.id > after)
            chosen = page.order_by(articles.c.id).limit(limit).subquery()
            counted = (
                select(
                    *(versions.c[name] for name in _LISTED),
                    chosen.c.uri,
                    func.count(chunks.c.row).label("chunk_count"),
                    func.sum(func.iif(chunks.c.state == "new", 1, 0)).label("waiting"),
                    func.sum(func.iif(chunks.c.state == "failed", 1, 0)).label("failed"),
                )
                .join(chosen, (chosen.c.id == versions.c.article_id) & (chosen.c.version == versions.c.number))
                .outerjoin(
                    chunks,
                    (chunks.c.article_id == versions.c.article_id)
                    & (chunks.c.version == versions.c.number)
                    & (chunks.c.generation == (serving_generation(connection) or 0)),
                )
                .group_by(versions.c.article_id)
                .order_by(versions.c.article_id)
            )
            others: dict[str, list[str]] = {}
            doubled = select(articles.c.duplicate_of, articles.c.uri).where(articles.c.duplicate_of.is_not(None))
            if groups is None:
                for row in connection.execute(doubled.order_by(articles.c.uri)):
                    others.setdefault(row.duplicate_of, []).append(row.uri)
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
                    r.failed or 0,
                    tuple(others.get(r.article_id, ())),
                )
                for r in connection.execute(counted)
            ]
