"""What people think of answers and citations."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from service.answer import Outcome
from service.channels.http.answers import AnswerId
from service.channels.http.cursors import Cursor, cursor_of, place_in
from service.channels.http.deps import Administering, Asker, Kept, RequestId
from service.channels.http.idempotency import Once
from service.conversations.feedback import Given, Opinion, Rating, Reason, Reported, give, reported

router = APIRouter(prefix="/v1", tags=["feedback"])


class FeedbackRequest(BaseModel):
    """What you think of an answer, or of one of its citations."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"rating": "down", "reason": "outdated", "comment": "It is 20 weeks now."}]},
    )

    rating: Rating = Field(description="`up` or `down`.")
    reason: Reason | None = Field(None, description="What is the matter with it.")
    comment: Annotated[str, Field(min_length=1, max_length=2000)] | None = Field(None, description="In your own words.")
    citation: Annotated[int, Field(ge=1, le=10_000, strict=True)] | None = Field(
        None, description="Number of the citation that this is about; default: the whole answer."
    )


class FeedbackGiven(BaseModel):
    """Feedback as it is kept."""

    id: str
    answer_id: str
    rating: Rating
    reason: Reason | None
    comment: str | None
    citation: int | None
    given_at: str
    changed_at: str | None


class FeedbackLine(FeedbackGiven):
    """Feedback, and what it is about."""

    asker: str | None
    question: str
    outcome: Outcome
    citation_id: str | None
    article_id: str | None


class FeedbackList(BaseModel):
    """Feedback, newest first; `next_cursor` is null on the last page."""

    feedback: list[FeedbackLine]
    next_cursor: str | None


@router.post(
    "/answers/{answer_id}/feedback",
    status_code=201,
    dependencies=[Once],
    responses={200: {"model": FeedbackGiven}},
)
def give_feedback(
    answer_id: AnswerId,
    request: FeedbackRequest,
    conversations: Kept,
    asker: Asker,
    request_id: RequestId,
    response: Response,
) -> FeedbackGiven:
    """Say what you think of an answer that you may see, or of a citation. Saying it again changes it: 200.

    Who did not show who they are changes it by sending the same `X-Request-Id` again.
    """
    opinion = Opinion(request.rating, request.reason, request.comment, request.citation)
    given, new = give(conversations, answer_id, asker, request_id, opinion)
    if not new:
        response.status_code = 200
    return told(given)


def told(given: Given) -> FeedbackGiven:
    """Feedback as it is told to who gave it."""
    return FeedbackGiven(
        id=given.id,
        answer_id=given.answer_id,
        rating=given.opinion.rating,
        reason=given.opinion.reason,
        comment=given.opinion.comment,
        citation=given.opinion.citation,
        given_at=given.given_at,
        changed_at=given.changed_at,
    )


@router.get("/feedback")
def list_feedback(
    conversations: Kept,
    asker: Administering,
    limit: Annotated[int, Query(ge=1, le=200, description="Most lines.")] = 50,
    cursor: Cursor = None,
    rating: Annotated[Rating | None, Query(description="Only these.")] = None,
) -> FeedbackList:
    """List what people think of answers that draw on articles you may read."""
    place = place_in("feedback", cursor)
    found = reported(conversations, asker, limit + 1, place if isinstance(place, int) else None, rating)
    return FeedbackList(
        feedback=[line_of(one) for one in found[:limit]],
        next_cursor=cursor_of("feedback", found[limit - 1].place) if len(found) > limit else None,
    )


def line_of(one: Reported) -> FeedbackLine:
    """A line of the listing."""
    answer, opinion = one.turn.answer, one.given.opinion
    cited = next((c for c in answer.citations if c.number == opinion.citation), None)
    return FeedbackLine(
        id=one.given.id,
        answer_id=answer.id,
        rating=opinion.rating,
        reason=opinion.reason,
        comment=opinion.comment,
        citation=opinion.citation,
        given_at=one.given.given_at,
        changed_at=one.given.changed_at,
        asker=one.asker,
        question=answer.question,
        outcome=answer.outcome,
        citation_id=cited.id if cited else None,
        article_id=cited.article_id if cited else None,
    )
