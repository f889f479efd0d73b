"""Signatures of texts, to find those that say the same."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select

from ingest.index.catalogue.store import Store
from ingest.index.schema import articles, likenesses


class Likenesses(Store):
    """Bands of MinHash signatures by article: articles that share one may be near duplicates."""

    def sharing(self, article_id: str, bands: Sequence[str]) -> list[str]:
        """Articles that search sees and that share a band with this one, oldest first."""
        query = (
            select(articles.c.id)
            .join(likenesses, likenesses.c.article_id == articles.c.id)
            .where(
                likenesses.c.band.in_(list(bands)),
                articles.c.id != article_id,
                articles.c.version.is_not(None),
                articles.c.duplicate_of.is_(None),
            )
            .group_by(articles.c.id)
            .order_by(articles.c.sequence)
            .limit(20)
        )
        with self.reading() as connection:
            return list(connection.scalars(query))


def keep_bands(connection: Connection, article_id: str, bands: Sequence[str]) -> None:
    """Replace the bands of an article."""
    connection.execute(delete(likenesses).where(likenesses.c.article_id == article_id))
    if bands:
        connection.execute(insert(likenesses), [{"article_id": article_id, "band": b} for b in bands])
