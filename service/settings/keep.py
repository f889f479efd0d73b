"""Settings of what is kept, and for how long."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ingest.settings import Section


class KeepSettings(Section):
    """What is kept, and for how long."""

    answers: bool = Field(
        True,
        description="Keep answers and conversations. Without it nothing that is asked is written down: no answer can "
        "be opened again or judged, and a follow-up is not understood; links of citations open all the same.",
    )
    days: Annotated[int, Field(gt=0, le=36_500)] | None = Field(
        None, description="Days until an answer is deleted, with its feedback; default: never."
    )
    audit_days: Annotated[int, Field(gt=0, le=36_500)] | None = Field(
        365, description="Days until a line of the audit log is deleted."
    )
