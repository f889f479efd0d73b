"""For whatever watches over the service."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel

from service.channels.http.deps import Ready

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """The process answers."""

    status: str = "ok"


class ReadinessReport(BaseModel):
    """Whether questions would be answered, what is missing if not, and what makes answers less good."""

    status: Literal["ready", "not ready"]
    missing: list[str] = []
    warnings: list[str] = []


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz")
async def healthz() -> Health:
    """Say that the process is alive, whatever else is not."""
    return Health()


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz", responses={503: {"model": ReadinessReport, "description": "Something is missing."}})
def readyz(readiness: Ready, response: Response) -> ReadinessReport:
    """Say whether questions would be answered now; a warning leaves it ready."""
    missing, warnings = readiness.missing(), readiness.warnings()
    if not missing:
        return ReadinessReport(status="ready", warnings=warnings)
    response.status_code = 503
    return ReadinessReport(status="not ready", missing=missing, warnings=warnings)
