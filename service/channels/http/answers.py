"""Answers that were given before."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from service.answer import Answer
from service.channels.http.deps import Asker, Kept, Owning
from service.conversations.replay import Replay, replay
from service.errors import NotFound

router = APIRouter(prefix="/v1/answers", tags=["questions"])

AnswerId = Annotated[str, Field(max_length=100, description="`id` of an answer.")]
_MISSING = "There is no such answer, or it was deleted."


class ReplayRequest(BaseModel):
    """What is to be different this time; nothing, to see what has changed since."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"prompt": "v1"}]})

    prompt: Annotated[str, Field(max_length=20)] | None = Field(None, description="Version of the prompt, as `v1`.")
    model: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(None, description="Name of a chat model.")


@router.get("/{answer_id}")
def get_answer(answer_id: AnswerId, conversations: Kept, asker: Asker) -> Answer:
    """Get an answer as it was sent. It exists for who asked, as long as they may read all that it cites."""
    turn = conversations.turn(answer_id, asker)
    if turn is None:
        raise NotFound(_MISSING)
    return turn.answer


@router.post("/{answer_id}/replay")
async def replay_answer(answer_id: AnswerId, request: ReplayRequest, owning: Owning) -> Replay:
    """Ask an old question again, of the same generation. Only commands on this machine may."""
    return await replay(
        answer_id, owning.settings, owning.index, owning.conversations, prompt=request.prompt, model=request.model
    )
