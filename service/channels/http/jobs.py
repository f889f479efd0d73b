"""Operations on the index, for the owner of the data folder: started here, followed here."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from service.channels.http.deps import Owning
from service.errors import NotFound
from service.jobs import Work

router = APIRouter(prefix="/v1", tags=["ingest"])

Operation = Literal["ingest", "remove", "retry", "build", "flip", "rollback", "drop", "doctor"]


class JobRequest(BaseModel):
    """What is to be done."""

    model_config = ConfigDict(extra="forbid")

    operation: Operation = Field(description="What to do.")
    arguments: dict[str, Any] = Field(default_factory=dict, description="What the command of that name is given.")


class JobStatus(BaseModel):
    """How far an operation is: `done` of `total` chunks, or the article that is being read."""

    id: str
    operation: str
    state: Literal["queued", "running", "done", "failed"]
    reading: str
    done: int
    total: int
    result: dict[str, Any] | None
    error: str | None


@router.post("/jobs", status_code=202)
def start_job(request: JobRequest, owning: Owning) -> JobStatus:
    """Start an operation on the index. Only commands on this machine may, with the token of the data folder."""
    return _status(owning.jobs.start(request.operation, request.arguments))


@router.get("/jobs/{job_id}")
def get_job(job_id: Annotated[str, Field(max_length=100)], owning: Owning) -> JobStatus:
    """Follow an operation."""
    work = owning.jobs.get(job_id)
    if work is None:
        raise NotFound("There is no such job: it may have been long ago, or before the service was started again.")
    return _status(work)


def _status(work: Work) -> JobStatus:
    return JobStatus(
        id=work.id,
        operation=work.operation,
        state=work.state,
        reading=work.reading_now,
        done=work.done,
        total=work.total,
        result=work.result,
        error=work.error,
    )
