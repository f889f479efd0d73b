"""Settings of what is too much: of one asker, and of all of them together."""

from __future__ import annotations

from pydantic import Field

from ingest.settings import LimitSettings as IngestLimitSettings


class LimitSettings(IngestLimitSettings):
    """What is too much, of articles and of questions."""

    per_minute: int = Field(
        600, ge=0, description="Most questions and searches of one asker in any minute; 0 for no limit."
    )
    per_day: int = Field(0, ge=0, description="Most questions and searches of one asker in any 24 hours; 0: no limit.")
    tokens_per_day: int = Field(
        0,
        ge=0,
        description="Tokens that chat models may take for one asker in a day (UTC); past it answers are extracts. All "
        "who did not show who they are count as one. 0 for no limit.",
    )
    cost_per_day: float = Field(
        0, ge=0, description="What chat models may cost for one asker in a day, in the unit of the prices. 0: no limit."
    )
    all_tokens_per_day: int = Field(
        0, ge=0, description="Tokens that chat models may take for all askers together in a day. 0 for no limit."
    )
    all_cost_per_day: float = Field(
        0, ge=0, description="What chat models may cost for all askers together in a day. 0 for no limit."
    )
    at_once: int = Field(
        256, gt=0, le=10_000, description="Most answers and searches that one process makes at the same time."
    )
    waiting: int = Field(
        256, ge=0, le=100_000, description="Most questions that wait for their turn; further ones are refused at once."
    )
    wait: float = Field(10, gt=0, description="Seconds that a question waits for its turn before it is refused.")
