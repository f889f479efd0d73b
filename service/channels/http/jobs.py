"""Jobs that change the index: started here by the owner of the data folder, followed here by whoever started them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Response
from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event
from pydantic import BaseModel, ConfigDict, Field

from service.channels.http.cursors import Cursor, cursor_of, place_in
from service.channels.http.deps import Asker, Ingesting, Owning, Service
from service.errors import NotFound
from service.identity import Identity
from service.jobs import Jobs, JobState

router = APIRouter(prefix="/v1/jobs", tags=["ingest"])

Operation = Literal["ingest", "remove", "retry", "build", "flip", "rollback", "drop", "doctor"]
JobId = Annotated[str, Field(max_length=100, description="`id` of a job.")]
_MISSING = "There is no such job, or it was long ago: GET /v1/jobs lists yours."
_HEADERS = {"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"}
_LOOK = 0.2  # seconds between two looks at how far a job is
_PING = 15.0  # seconds of silence until a comment is sent; proxies give up after 30 or more

_EVENTS = """event: queued
data: {"id": "job_5f0c2b7d9e1a4c38", "operation": "ingest", "state": "queued", …}
id: 1

event: embedding
data: {"id": "job_5f0c2b7d9e1a4c38", "operation": "ingest", "state": "running", "done": 128, "total": 640, …}
id: 17
"""


class JobRequest(BaseModel):
    """What is to be done."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"operation": "retry", "arguments": {}}]})

    operation: Operation = Field(description="What to do.")
    arguments: dict[str, Any] = Field(default_factory=dict, description="What the command of that name is given.")


class JobStatus(BaseModel):
    """How far a job is: `done` of `total` chunks, or the article that is being `reading`.

    `result` is what it did once it is done; `error` is a sentence, where it failed.
    """

    id: str
    operation: str
    state: Literal["queued", "running", "done", "failed"]
    reading: str
    done: int
    total: int
    result: dict[str, Any] | None
    error: str | None
    created_at: str
    ended_at: str | None


class JobList(BaseModel):
    """Jobs, newest first; `next_cursor` is null on the last page."""

    jobs: list[JobStatus]
    next_cursor: str | None


@router.post("", status_code=202)
def start_job(request: JobRequest, owning: Owning, asker: Asker) -> JobStatus:
    """Start an operation on the index. Only commands on this machine may, with the token of the data folder."""
    job = owning.jobs.start(request.operation, request.arguments)
    owning.audit.note(asker, f"{request.operation}.started", job.id)
    return status_of(job.seen())


@router.get("")
def list_jobs(
    running: Service,
    asker: Ingesting,
    limit: Annotated[int, Query(ge=1, le=200, description="Most jobs.")] = 50,
    cursor: Cursor = None,
) -> JobList:
    """List the jobs that you started, newest first; with the scope `admin`, everybody's."""
    place = place_in("jobs", cursor)
    mine = None if _sees_all(asker) else asker.name
    found: list[JobState] = []
    if mine is not None or _sees_all(asker):
        found = running.jobs.listed(limit + 1, place if isinstance(place, int) else None, mine)
    page = found[:limit]
    return JobList(
        jobs=[status_of(job) for job in page],
        next_cursor=cursor_of("jobs", page[-1].number) if len(found) > limit else None,
    )


@router.get("/{job_id}")
def get_job(job_id: JobId, running: Service, asker: Ingesting) -> JobStatus:
    """Look how far a job is. The newest thousand are kept."""
    return status_of(_seen(running.jobs, job_id, asker))


@router.get(
    "/{job_id}/events",
    response_class=Response,
    responses={
        200: {
            "description": "Events, each the whole status: `queued`, `reading`, `embedding`, at last `finished` or "
            "`failed`. Comments keep the connection open. With `Last-Event-ID` it goes on after that event.",
            "content": {"text/event-stream": {"schema": {"type": "string"}, "example": _EVENTS}},
        }
    },
)
async def follow_job(
    job_id: JobId,
    running: Service,
    asker: Ingesting,
    last_event_id: Annotated[str | None, Header(max_length=100, description="`id` of the last event you got.")] = None,
) -> EventSourceResponse:
    """Follow a job until it is over."""
    first = await asyncio.to_thread(_seen, running.jobs, job_id, asker)
    known = int(last_event_id) if last_event_id and last_event_id.isascii() and last_event_id.isdigit() else 0
    return EventSourceResponse(changes(running.jobs, first, known), headers=_HEADERS)


async def changes(jobs: Jobs, job: JobState, known: int, ping: float = _PING) -> AsyncGenerator[bytes, None]:
    """Each change after the revision `known` as an event; what came between two looks is in the later one.

    After `ping` seconds of silence a comment.
    """
    said = time.monotonic()
    while True:
        if job.revision > known or job.over:
            known, said = job.revision, time.monotonic()
            yield format_sse_event(data_str=status_of(job).model_dump_json(), event=_event(job), id=str(known))
        elif time.monotonic() - said >= ping:
            said = time.monotonic()
            yield KEEPALIVE_COMMENT
        if job.over:
            return
        await asyncio.sleep(_LOOK)
        now = await asyncio.to_thread(jobs.get, job.id)
        job = now or job


def _event(job: JobState) -> str:
    if job.state == "running":
        return "embedding" if job.total and not job.reading else "reading"
    return {"queued": "queued", "done": "finished", "failed": "failed"}[job.state]


def _seen(jobs: Jobs, job_id: str, asker: Identity) -> JobState:
    job = jobs.get(job_id)
    if job is None or not (_sees_all(asker) or (asker.name is not None and job.started_by == asker.name)):
        raise NotFound(_MISSING)
    return job


def _sees_all(asker: Identity) -> bool:
    return asker.owner or "admin" in asker.scopes


def status_of(job: JobState) -> JobStatus:
    """The job as it is sent."""
    return JobStatus(
        id=job.id,
        operation=job.operation,
        state=job.state,
        reading=job.reading,
        done=job.done,
        total=job.total,
        result=job.result,
        error=job.error,
        created_at=job.created_at,
        ended_at=job.ended_at,
    )
