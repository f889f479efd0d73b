"""Signatures of texts, to find those that say the same."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select

from ingest.index.catalogue.store import Store
from ingest.index.schema import articles, likenesses

# So many copies of one text are looked through for the one that is searched.
_MOST = 800


class Likenesses(Store):
    """Bands of MinHash signatures by article: articles that share one may be near duplicates."""

    def sharing(self, article_id: str, bands: Sequence[str]) -> list[str]:
        """Articles that search sees and that share a band with this one, oldest first."""
        # Two statements: in one, SQLite may choose to walk through every article there is.
        alike = select(likenesses.c.article_id).where(likenesses.c.band.in_(list(bands))).distinct().limit(_MOST)
        with self.reading() as connection:
            ids = set(connection.scalars(alike)) - {article_id}
            if not ids:
                return []
            query = select(articles.c.id).where(
                articles.c.id.in_(sorted(ids)), articles.c.version.is_not(None), articles.c.duplicate_of.is_(None)
            )
            return list(connection.scalars(query.order_by(articles.c.sequence).limit(20)))


def keep_bands(connection: Connection, article_id: str, bands: Sequence[str]) -> None:
    """Replace the bands of an article."""
    connection.execute(delete(likenesses).where(likenesses.c.article_id == article_id))
    if bands:
        connection.execute(insert(likenesses), [{"article_id": article_id, "band": b} for b in bands])
