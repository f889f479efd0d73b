"""Conversations: what was asked one after the other, and what was answered."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from service.answer import Answer
from service.channels.http.cursors import Cursor, cursor_of, place_in
from service.channels.http.deps import Asker, Kept, Service
from service.channels.http.feedback import FeedbackGiven, told
from service.channels.http.idempotency import OnceDeleted
from service.conversations.feedback import given_by
from service.conversations.listing import listed
from service.errors import NotFound

router = APIRouter(prefix="/v1/conversations", tags=["questions"])

ConversationId = Annotated[str, Field(max_length=100, description="`conversation_id` of an answer.")]
_MISSING = "There is no such conversation, or it was deleted."
_MOST_TURNS = 200


class ConversationTurn(BaseModel):
    """When something was asked, by whom (null: nobody in particular), and the answer, which has the question.

    `feedback` is what you, who read this, have said of the answer and its citations.
    """

    asked_at: str
    asker: str | None
    answer: Answer
    feedback: list[FeedbackGiven]


class Conversation(BaseModel):
    """The last 200 turns, oldest first."""

    id: str
    turns: list[ConversationTurn]


class ConversationLine(BaseModel):
    """A conversation in a listing, by its first question."""

    id: str
    question: str
    asked_at: str
    last_asked_at: str


class ConversationList(BaseModel):
    """The asker's own, the one that was gone on with last first; `next_cursor` is null on the last page."""

    conversations: list[ConversationLine]
    next_cursor: str | None


@router.get("")
def list_conversations(
    conversations: Kept,
    asker: Asker,
    limit: Annotated[int, Query(ge=1, le=100, description="Most conversations.")] = 20,
    cursor: Cursor = None,
) -> ConversationList:
    """List your own conversations, newest first. Who did not show who they are has none."""
    place = place_in("conversations", cursor)
    found = listed(conversations, asker, limit + 1, place if isinstance(place, int) else None)
    return ConversationList(
        conversations=[
            ConversationLine(id=one.id, question=one.question, asked_at=one.asked_at, last_asked_at=one.last_asked_at)
            for one in found[:limit]
        ],
        next_cursor=cursor_of("conversations", found[limit - 1].place) if len(found) > limit else None,
    )


@router.get("/{conversation_id}")
def get_conversation(conversation_id: ConversationId, conversations: Kept, asker: Asker) -> Conversation:
    """Get the turns of a conversation, oldest first.

    Each exists for who asked, or where that was nobody in particular for anyone, as long as they may read all that it
    cites.
    """
    turns = conversations.turns(conversation_id, asker, _MOST_TURNS)
    if not turns:
        raise NotFound(_MISSING)
    own = given_by(conversations, asker, [turn.answer.id for turn in turns])
    return Conversation(
        id=conversation_id,
        turns=[
            ConversationTurn(
                asked_at=turn.asked_at,
                asker=turn.asker,
                answer=turn.answer,
                feedback=[told(given) for given in own.get(turn.answer.id, ())],
            )
            for turn in turns
        ],
    )


@router.delete("/{conversation_id}", status_code=204, response_class=Response, dependencies=[OnceDeleted])
def delete_conversation(conversation_id: ConversationId, running: Service, asker: Asker) -> None:
    """Delete a conversation and its answers. Links to what they cite stay good.

    With the header `Idempotency-Key`, the same request again is 204 again.
    """
    if not running.conversations.forget(conversation_id, asker):
        raise NotFound(_MISSING)
    running.audit.note(asker, "conversation.deleted", conversation_id)
