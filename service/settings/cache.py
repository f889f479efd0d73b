"""Settings of the cache of answers."""

from __future__ import annotations

from pydantic import Field

from ingest.settings import Section


class CacheSettings(Section):
    """Answers that are given again, while nothing has changed, to askers of the same groups."""

    enabled: bool = Field(
        True,
        description="Give an answer again where the same is asked by who may read the same, and no article has changed "
        "since; its receipt says so. Only the service does, not `footnote eval` and `replay`.",
    )
    size: int = Field(500, gt=0, le=100_000, description="Answers kept in memory, by each process.")
    seconds: float = Field(3600, gt=0, description="Longest time an answer is given again.")
