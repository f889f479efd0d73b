"""Settings of how questions are answered."""

from __future__ import annotations

from pydantic import Field

from ingest.settings import Section


class AnswerSettings(Section):
    """How questions are answered."""

    evidence: int = Field(6, gt=0, le=50, description="Most passages an answer draws on.")
    sentences: int = Field(4, gt=0, le=20, description="Most sentences of an extractive answer.")
    prompt: str | None = Field(None, description="Version of the prompt for answers, as `v1`; default: the newest.")
    repair_within: float = Field(
        20,
        ge=0,
        description="Seconds in which sentences of the chat model that no source bears may be written again, once.",
    )
    history: int = Field(
        6, ge=0, le=50, description="Most turns before a follow-up that it is read against; 0 for none."
    )
    resume_within: float = Field(
        5,
        ge=0,
        le=600,
        description="Seconds that an answer goes on being written after its reader has left, so that a connection that "
        "was lost can be taken up again.",
    )
    question_characters: int = Field(2000, gt=0, description="Longest question.")
