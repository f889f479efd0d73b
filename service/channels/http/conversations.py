"""Conversations: what was asked one after the other, and what was answered."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from service.answer import Answer
from service.channels.http.deps import Asker, Kept
from service.errors import NotFound

router = APIRouter(prefix="/v1/conversations", tags=["questions"])

ConversationId = Annotated[str, Field(max_length=100, description="`conversation_id` of an answer.")]
_MISSING = "There is no such conversation, or it was deleted."
_MOST_TURNS = 200


class ConversationTurn(BaseModel):
    """When something was asked, and the answer, which has the question."""

    asked_at: str
    answer: Answer


class Conversation(BaseModel):
    """The last 200 turns, oldest first."""

    id: str
    turns: list[ConversationTurn]


@router.get("/{conversation_id}")
def get_conversation(conversation_id: ConversationId, conversations: Kept, asker: Asker) -> Conversation:
    """Get the turns of a conversation, oldest first. Each exists for whoever may read all that it cites."""
    turns = conversations.turns(conversation_id, asker, _MOST_TURNS)
    if not turns:
        raise NotFound(_MISSING)
    return Conversation(
        id=conversation_id, turns=[ConversationTurn(asked_at=t.asked_at, answer=t.answer) for t in turns]
    )


@router.delete("/{conversation_id}", status_code=204, response_class=Response)
def delete_conversation(conversation_id: ConversationId, conversations: Kept, asker: Asker) -> None:
    """Delete a conversation and its answers. Links to what they cite stay good."""
    if not conversations.forget(conversation_id, asker):
        raise NotFound(_MISSING)
