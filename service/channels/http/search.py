"""What a question finds, without an answer."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from service.answer import FoundPassage
from service.channels.http.deps import Asker, Asking
from service.channels.http.filters import Filters

router = APIRouter(prefix="/v1", tags=["questions"])


class SearchRequest(BaseModel):
    """What to look for."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"question": "live streaming 618", "limit": 5}]}
    )

    question: str = Field(description="A question or a few words.")
    limit: Annotated[int, Field(ge=1, le=50, strict=True, description="Most hits.")] = 10
    filters: Filters | None = Field(None, description='Which articles to search: `{"groups": ["hr"]}`.')


class SearchResponse(BaseModel):
    """Hits, best first."""

    hits: list[FoundPassage]


@router.post("/search")
async def search(request: SearchRequest, asking: Asking, asker: Asker) -> SearchResponse:
    """Find the passages that a question would be answered from."""
    groups = asker.narrowed(request.filters.groups if request.filters else None)
    hits = await asking.search(asker, request.question, groups, request.limit)
    return SearchResponse(hits=list(hits))
