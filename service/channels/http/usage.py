"""What chat models cost, by day and asker, for whoever administers."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from service.channels.http.cursors import Cursor, cursor_of, place_in
from service.channels.http.deps import Administering, Service
from service.limits.spending import Account, Line

router = APIRouter(prefix="/v1/usage", tags=["administration"])


class UsageLine(BaseModel):
    """What one asker spent on one day; `asker` is null for all who did not show who they are."""

    day: str = Field(description="In UTC.")
    asker: str | None
    answers: int = Field(description="Those that a model was asked for.")
    prompt_tokens: int
    completion_tokens: int
    cost: float = Field(description="In the unit of the prices in the settings; 0 where none are set.")


class UsageLimits(BaseModel):
    """What may be spent in a day; null for no limit. Past it, answers are quotes from the articles."""

    tokens_per_day: int | None
    cost_per_day: float | None
    all_tokens_per_day: int | None
    all_cost_per_day: float | None


class UsageList(BaseModel):
    """Newest day first; `next_cursor` is null on the last page."""

    usage: list[UsageLine]
    limits: UsageLimits
    next_cursor: str | None


@router.get("")
def list_usage(
    running: Service,
    _asker: Administering,
    days: Annotated[int, Query(ge=1, le=400, description="So many days up to today (UTC).")] = 30,
    asker: Annotated[str | None, Query(max_length=500, description="Only theirs; empty: who showed nothing.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="Most lines.")] = 200,
    cursor: Cursor = None,
) -> UsageList:
    """List how many tokens were used and what they cost, by day and asker."""
    since = (datetime.now(UTC) - timedelta(days=days - 1)).date().isoformat()
    found = running.budget.lines(since, asker, limit + 1, _account(place_in("usage", cursor)))
    limits = running.settings.limits
    return UsageList(
        usage=[_line(one) for one in found[:limit]],
        limits=UsageLimits(
            tokens_per_day=limits.tokens_per_day or None,
            cost_per_day=limits.cost_per_day or None,
            all_tokens_per_day=limits.all_tokens_per_day or None,
            all_cost_per_day=limits.all_cost_per_day or None,
        ),
        next_cursor=cursor_of("usage", _place(found[limit - 1])) if len(found) > limit else None,
    )


def _line(line: Line) -> UsageLine:
    spent = line.spent
    return UsageLine(
        day=line.day,
        asker=line.asker,
        answers=spent.answers,
        prompt_tokens=spent.prompt,
        completion_tokens=spent.completion,
        cost=round(spent.cost, 6),
    )


def _place(line: Line) -> str:
    return json.dumps([line.day, line.asker or ""])


def _account(place: str | int | None) -> Account | None:
    return Account(*json.loads(place)) if isinstance(place, str) else None
