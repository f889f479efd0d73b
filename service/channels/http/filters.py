"""Which articles a question is asked of."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

GroupName = Annotated[str, Field(min_length=1, max_length=200)]


class Filters(BaseModel):
    """Narrows a question; it never widens what the asker may see."""

    model_config = ConfigDict(extra="forbid")

    groups: Annotated[list[GroupName], Field(min_length=1, max_length=100)] | None = Field(
        None, description="Ask only of articles of these groups, of those the asker belongs to."
    )
