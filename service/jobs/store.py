"""Keeps jobs in the catalogue's file, where every process of the service sees them, also after a restart."""

from __future__ import annotations

import logging
import os
import threading
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from ingest.errors import FootnoteError
from ingest.index import Catalogue
from ingest.index.catalogue.store import now
from service.jobs.schema import TABLES, jobs
from service.jobs.work import STOPPED, JobState
from service.serving.processes import lives

_log = logging.getLogger(__name__)
# So many of the newest jobs are kept.
_MOST = 1_000


class JobStore:
    """Jobs as rows. Every method may raise what the catalogue raises, except those that say that they do not."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._prepared = False
        self._lock = threading.Lock()

    def add(self, job: JobState) -> None:
        """Keep a new job, and let go of one from long ago."""
        self._prepare()
        with self._catalogue.writing() as connection:
            added = connection.execute(insert(jobs).values({**_row(job), "id": job.id, "process": os.getpid()}))
            number = int(added.inserted_primary_key[0])  # type: ignore[index]
            connection.execute(delete(jobs).where(jobs.c.number <= number - _MOST))

    def save(self, job: JobState) -> None:
        """Keep how a job is now. Whatever fails is logged, not raised: the job itself goes on."""
        try:
            with self._catalogue.writing() as connection:
                connection.execute(update(jobs).where(jobs.c.id == job.id).values(_row(job)))
        except FootnoteError as error:
            _log.warning("%s: how far it is cannot be written down. %s", job.id, error)
        except Exception:
            _log.exception("%s: how far it is cannot be written down", job.id)

    def get(self, job_id: str) -> JobState | None:
        """A job."""
        self._prepare()
        with self._catalogue.reading() as connection:
            row = connection.execute(select(jobs).where(jobs.c.id == job_id)).first()
        return _job(row) if row else None

    def listed(self, limit: int, before: int | None, started_by: str | None) -> list[JobState]:
        """Jobs, newest first, of lower number than `before`; those of one name alone, where one is given."""
        self._prepare()
        query = select(jobs).order_by(jobs.c.number.desc()).limit(limit)
        if before is not None:
            query = query.where(jobs.c.number < before)
        if started_by is not None:
            query = query.where(jobs.c.started_by == started_by)
        with self._catalogue.reading() as connection:
            return [_job(row) for row in connection.execute(query)]

    def abandon(self) -> None:
        """Say of jobs whose process is gone that they were stopped."""
        self._prepare()
        open_ones = jobs.c.state.in_(("queued", "running"))
        with self._catalogue.reading() as connection:
            found = connection.execute(select(jobs.c.process).where(open_ones).distinct()).all()
        gone = [row.process for row in found if row.process == os.getpid() or not lives(row.process)]
        if gone:
            with self._catalogue.writing() as connection:
                connection.execute(
                    update(jobs)
                    .where(open_ones, jobs.c.process.in_(gone))
                    .values(state="failed", error=STOPPED, ended_at=now(), revision=jobs.c.revision + 1)
                )

    def _prepare(self) -> None:
        with self._lock:
            if not self._prepared:
                self._catalogue.hold(TABLES)
                self._prepared = True


def _row(job: JobState) -> dict[str, Any]:
    return {
        "operation": job.operation,
        "started_by": job.started_by,
        "state": job.state,
        "reading": job.reading,
        "done": job.done,
        "total": job.total,
        "revision": job.revision,
        "result": job.result,
        "error": job.error,
        "created_at": job.created_at,
        "ended_at": job.ended_at,
    }


def _job(row: Row[Any]) -> JobState:
    return JobState(
        id=row.id,
        operation=row.operation,
        started_by=row.started_by,
        state=row.state,
        reading=row.reading,
        done=row.done,
        total=row.total,
        revision=row.revision,
        result=row.result,
        error=row.error,
        created_at=row.created_at,
        ended_at=row.ended_at,
        number=row.number,
    )
