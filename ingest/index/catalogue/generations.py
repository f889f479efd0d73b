"""Generations: complete builds of the index, one of which serves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from ingest.errors import IndexUnavailable
from ingest.index import keywords
from ingest.index.catalogue.store import Store, now
from ingest.index.database import translated
from ingest.index.driver import fetched
from ingest.index.schema import articles, chunks, generations


@dataclass(frozen=True, slots=True)
class Generation:
    """One complete build: `embedder` names its vector space, `embedding` the settings that made it."""

    id: int
    embedder: str
    dimensions: int
    chunker: str
    collection: str
    state: str = "serving"
    embedding: Mapping[str, Any] | None = None
    created_at: str = ""


class Generations(Store):
    """Which builds there are."""

    def generation(self, number: int | None = None) -> Generation | None:
        """The build that serves, or the one of this number."""
        with translated(self.data):
            return self._unchanged.get(("generation", number), lambda: self._read_generation(number))

    def _read_generation(self, number: int | None) -> Generation | None:
        wanted = generations.c.state == "serving" if number is None else generations.c.id == number
        with self.reading() as connection:
            row = connection.execute(select(generations).where(wanted)).first()
        return _generation(row) if row else None

    def generations(self) -> list[Generation]:
        """Every build, oldest first."""
        with self.reading() as connection:
            return [_generation(row) for row in connection.execute(select(generations).order_by(generations.c.id))]

    def start_generation(
        self, embedder: str, dimensions: int, chunker: str, embedding: Mapping[str, Any] | None = None
    ) -> Generation:
        """Record a build. The first one serves at once, any other is `building` until it is flipped to."""
        with self.writing() as connection:
            number = (connection.scalar(select(func.max(generations.c.id))) or 0) + 1
            serving = _serving(connection)
            made = Generation(
                number, embedder, dimensions, chunker, f"footnote-{number}",
                "serving" if serving is None else "building", dict(embedding or {}), now(),
            )  # fmt: skip
            connection.execute(
                insert(generations).values(
                    id=made.id,
                    embedder=embedder,
                    embedding=made.embedding,
                    dimensions=dimensions,
                    chunker=chunker,
                    collection=made.collection,
                    created_at=made.created_at,
                    state=made.state,
                )
            )
            keywords.create(connection, number)
        return made

    def is_bare(self, number: int) -> bool:
        """Whether a build has no vectors yet, so that its embedder is still free to choose."""
        with self.reading() as connection:
            has = select(chunks.c.row).where(chunks.c.generation == number, chunks.c.state == "ready")
            return connection.execute(has.limit(1)).first() is None

    def redefine(
        self, generation: Generation, embedder: str, dimensions: int, embedding: Mapping[str, Any]
    ) -> Generation:
        """Let a build that has no vectors yet be of another embedder."""
        made = replace(generation, embedder=embedder, dimensions=dimensions, embedding=dict(embedding))
        with self.writing() as connection:
            connection.execute(
                update(generations)
                .where(generations.c.id == generation.id)
                .values(embedder=embedder, dimensions=dimensions, embedding=dict(embedding))
            )
            # What one model refuses another may take.
            aside = (chunks.c.generation == generation.id) & (chunks.c.state == "failed")
            connection.execute(update(chunks).where(aside).values(state="new", error=None))
        return made

    def flip(self, number: int) -> None:
        """Let another build serve, in one step; the one before is kept.

        Raises:
            IndexUnavailable: it lacks an article that search sees; nothing was changed.
        """
        with self.writing() as connection:
            lacking = connection.scalar(_incomplete(number).with_only_columns(func.count()).order_by(None))
            if lacking:
                raise IndexUnavailable(
                    f"Generation {number} lacks {lacking} articles that changed while it was built: "
                    "run `footnote generations build` again."
                )
            before = _serving(connection)
            if before is not None and before != number:
                # What still waited there goes on in the build that serves now.
                seen = select(articles.c.id).where(
                    articles.c.id == chunks.c.article_id, articles.c.version == chunks.c.version
                )
                pending = (chunks.c.generation == before) & (chunks.c.state != "gone") & ~seen.exists()
                connection.execute(update(chunks).where(pending).values(state="gone"))
            connection.execute(update(generations).where(generations.c.state == "serving").values(state="kept"))
            connection.execute(update(generations).where(generations.c.id == number).values(state="serving"))

    def forget_generation(self, number: int) -> None:
        """Drop a build that does not serve: its rows and its keywords. Cached embeddings stay.

        Raises:
            IndexUnavailable: it serves.
        """
        with self.writing() as connection:
            if _serving(connection) == number:
                raise IndexUnavailable(f"Generation {number} serves: flip to another one first.")
            keywords.drop(connection, number)
            connection.execute(delete(chunks).where(chunks.c.generation == number))
            connection.execute(delete(generations).where(generations.c.id == number))

    def lacking(self, number: int, limit: int) -> list[tuple[str, int]]:
        """(article, version) that search sees and this build does not have."""
        with self.reading() as connection:
            return [(r.id, r.version) for r in connection.execute(_incomplete(number).limit(limit))]


def _incomplete(number: int) -> Any:
    has = select(chunks.c.row).where(
        chunks.c.generation == number,
        chunks.c.article_id == articles.c.id,
        chunks.c.version == articles.c.version,
        chunks.c.state != "gone",
    )
    return (
        select(articles.c.id, articles.c.version)
        .where(articles.c.version.is_not(None), articles.c.duplicate_of.is_(None), ~has.exists())
        .order_by(articles.c.id)
    )


def _serving(connection: Connection) -> int | None:
    found = fetched(connection, "SELECT id FROM generations WHERE state = 'serving'")  # asked with each read
    return int(found[0][0]) if found else None


serving_generation = _serving


def _generation(row: Row[Any]) -> Generation:
    return Generation(
        row.id, row.embedder, row.dimensions, row.chunker, row.collection, row.state, row.embedding, row.created_at
    )


def states(connection: Connection, number: int) -> Sequence[Row[Any]]:
    """(state, count) of a build's chunks."""
    query = select(chunks.c.state, func.count()).where(chunks.c.generation == number).group_by(chunks.c.state)
    return connection.execute(query).all()
