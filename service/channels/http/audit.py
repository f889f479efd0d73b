"""The audit log, for whoever administers."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from service.audit.entry import Outcome
from service.channels.http.cursors import Cursor, cursor_of, place_in
from service.channels.http.deps import Administering, Service

router = APIRouter(prefix="/v1/audit", tags=["administration"])

# A day, or a second of it in UTC.
_TIME = r"^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(Z|\+00:00))?$"
Time = Annotated[str, Query(pattern=_TIME)]


class AuditLine(BaseModel):
    """Who did what to what. `who` is null for nobody in particular, `owner` for commands on the service's machine."""

    model_config = ConfigDict(from_attributes=True)

    number: int = Field(description="Never given twice: a gap is where a line was deleted.")
    at: str
    who: str | None
    action: str
    target: str | None
    outcome: Outcome
    times: int = Field(description="How often that day, where one line stands for several.")
    request_id: str | None
    client: str | None


class AuditLines(BaseModel):
    """Lines, newest first; `next_cursor` is null on the last page."""

    lines: list[AuditLine]
    next_cursor: str | None


@router.get("")
def list_audit(
    running: Service,
    _asker: Administering,
    limit: Annotated[int, Query(ge=1, le=200, description="Most lines.")] = 50,
    cursor: Cursor = None,
    who: Annotated[str | None, Query(max_length=500, description="Only what they did.")] = None,
    action: Annotated[
        str | None,
        Query(max_length=100, description="Only this; with a point at its end, all of that kind: `article.`"),
    ] = None,
    since: Annotated[Time | None, Query(description="Only from this day or time on, UTC.")] = None,
    until: Annotated[Time | None, Query(description="Only before this day or time, UTC.")] = None,
) -> AuditLines:
    """List what was changed, by whom, and whose credentials were used or refused. No line holds what was asked."""
    place = place_in("audit", cursor)
    found = running.audit.listed(limit + 1, place if isinstance(place, int) else None, who, action, since, until)
    return AuditLines(
        lines=[AuditLine.model_validate(one) for one in found[:limit]],
        next_cursor=cursor_of("audit", found[limit - 1].number) if len(found) > limit else None,
    )
