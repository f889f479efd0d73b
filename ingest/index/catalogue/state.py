"""How much the index holds and how old it is, for whoever watches over it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from ingest.index.catalogue.generations import serving_generation
from ingest.index.catalogue.store import Store
from ingest.index.schema import articles, changes, chunks, runs


@dataclass(frozen=True, slots=True)
class IndexState:
    """`chunks` by state, of the build that serves; times in seconds since 1970, None where it never happened."""

    articles: int
    chunks: Mapping[str, int]
    generation: int | None
    changed_at: float | None
    ingested_at: float | None


class States(Store):
    """Counts; each from an index of the database, or from its last rows."""

    def index_state(self) -> IndexState:
        """What there is now."""
        with self.reading() as connection:
            number = serving_generation(connection)
            seen = (articles.c.version.is_not(None), articles.c.duplicate_of.is_(None))
            counted = select(chunks.c.state, func.count()).where(chunks.c.generation == (number or 0))
            without_failure = func.coalesce(func.json_array_length(runs.c.report, "$.failed"), 0) == 0
            ended = select(runs.c.finished_at).where(runs.c.finished_at.is_not(None), without_failure)
            return IndexState(
                connection.scalar(select(func.count()).select_from(articles).where(*seen)) or 0,
                {str(name): int(count) for name, count in connection.execute(counted.group_by(chunks.c.state))},
                number,
                _seconds(connection.scalar(select(changes.c.at).order_by(changes.c.sequence.desc()).limit(1))),
                _seconds(connection.scalar(ended.order_by(runs.c.id.desc()).limit(1))),
            )


def _seconds(at: str | None) -> float | None:
    return datetime.fromisoformat(at).timestamp() if at else None
