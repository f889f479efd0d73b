"""What runs did, and when sources were last taken in."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, insert, select

from ingest.index.catalogue.store import Store, now
from ingest.index.schema import runs


class Runs(Store):
    """The log of runs."""

    def record_run(self, started_at: str, report: Mapping[str, object], sources: tuple[str, ...] = ()) -> None:
        """Keep what a run did."""
        with self.writing() as connection:
            connection.execute(
                insert(runs).values(
                    started_at=started_at, finished_at=now(), report={**report, "sources": list(sources)}
                )
            )

    def last_run(self, source: str) -> str | None:
        """When a source was last taken in, as ISO 8601."""
        listed = func.json_each(runs.c.report, "$.sources").table_valued("value", name="listed")
        query = (
            select(runs.c.started_at)
            .select_from(runs.join(listed, listed.c.value == source))
            .order_by(runs.c.id.desc())
            .limit(1)
        )
        with self.reading() as connection:
            found: str | None = connection.scalar(query)
        return found
