"""A question in; an answer, or the events of one, out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Annotated

from fastapi import APIRouter, Header, Path, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from service.answer import (
    CONVERSATION_ID,
    LANGUAGE_TAG,
    LONGEST_ID,
    LONGEST_TAG,
    Answer,
    AnswerEvent,
    Completed,
    Question,
)
from service.channels.http.deps import Asker, Asking, Kept, RequestId
from service.channels.http.events import EventStream
from service.channels.http.filters import Filters
from service.channels.http.idempotency import Once, OnceDeleted
from service.channels.http.resuming import GONE, AnswersInProgress, event_id, parsed
from service.connection import while_connected
from service.conversations.store import Conversations
from service.errors import NotFound
from service.identity import Identity

router = APIRouter(prefix="/v1", tags=["questions"])

_STREAM = """event: started
data: {"answer_id": "ans_1f", "conversation_id": "con_7a", "question": "How long is parental leave?", "language": "en"}
id: ans_1f.1

event: sentence
data: {"sentence": {"text": "Parental leave is 20 weeks.", "citations": [1], …}, "citations": [{"number": 1, …}]}
id: ans_1f.2
"""


class AskRequest(BaseModel):
    """A question, and how it is to be answered."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"question": "Why is live streaming invisible this 618?"}]}
    )

    question: str = Field(description="What you want to know, in your own language.")
    conversation_id: Annotated[str, Field(max_length=LONGEST_ID, pattern=CONVERSATION_ID)] | None = Field(
        None, description="The conversation this belongs to; default: a new one."
    )
    stream: bool | None = Field(
        None, strict=True, description="Send events as they come; default: where `Accept` names `text/event-stream`."
    )
    language: Annotated[str, Field(max_length=LONGEST_TAG, pattern=LANGUAGE_TAG)] | None = Field(
        None, description="Language of the answer, such as `en` or `zh-CN`; default: that of the question."
    )
    filters: Filters | None = Field(None, description='Which articles to ask: `{"groups": ["hr"]}`.')


@router.post(
    "/ask",
    response_model=Answer,
    dependencies=[Once],
    responses={
        200: {
            "description": "The answer, or events: `started`, `sources`, `delta`, `sentence`, `completed`, `failed`.",
            "content": {"text/event-stream": {"schema": {"type": "string"}, "example": _STREAM}},
        }
    },
)
async def ask(
    body: AskRequest,
    request: Request,
    asking: Asking,
    asker: Asker,
    kept: Kept,
    request_id: RequestId,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
    last_event_id: Annotated[
        str | None,
        Header(max_length=100, description="`id` of the last event before the connection was lost."),
    ] = None,
) -> Answer | Response:
    """Answer a question with an exact quote behind every sentence. Declining to answer is an answer, too.

    Send the same request with `Last-Event-ID` to go on with a stream that was lost.
    """
    if last_event_id:
        return await _resumed(last_event_id, request, asker, kept, request_id)
    question = Question(
        text=body.question,
        groups=asker.narrowed(body.filters.groups if body.filters else None),
        language=body.language.split("-")[0].lower() if body.language else None,
        conversation_id=body.conversation_id,
    )
    wants_events = "text/event-stream" in accept.lower() if body.stream is None else body.stream
    if not wants_events:
        return await while_connected(request.receive, asking.answer(asker, question))
    events = await asking.stream(asker, question)
    in_progress: AnswersInProgress = request.state.in_progress
    return EventStream(in_progress.start(asker, question.groups, events).follow(), request_id)


@router.get("/answers/{answer_id}/events", responses={200: {"content": {"text/event-stream": {"example": _STREAM}}}})
async def follow(
    answer_id: Annotated[str, Path(max_length=100, description="`id` of an answer.")],
    request: Request,
    asker: Asker,
    kept: Kept,
    request_id: RequestId,
    last_event_id: Annotated[
        str | None, Header(max_length=100, description="`id` of the last event that was received.")
    ] = None,
) -> EventStream:
    """Follow an answer that is being written, from after the event `Last-Event-ID`; one that is done is sent whole."""
    return await _resumed(last_event_id or event_id(answer_id, 0), request, asker, kept, request_id, answer_id)


@router.delete("/answers/{answer_id}/events", status_code=204, response_class=Response, dependencies=[OnceDeleted])
async def stop(
    answer_id: Annotated[str, Path(max_length=100, description="`id` of an answer.")], request: Request, asker: Asker
) -> None:
    """Stop an answer that is being written, and its model; who only leaves may come back for it within seconds."""
    in_progress: AnswersInProgress = request.state.in_progress
    found = in_progress.find(answer_id, asker)
    if found is None:
        raise NotFound("No answer of this id is in progress here: it is done, was stopped, or never was.")
    found.stop()


async def _resumed(
    last_event_id: str,
    request: Request,
    asker: Identity,
    kept: Conversations,
    request_id: str,
    named: str | None = None,
) -> EventStream:
    answer_id, after = parsed(last_event_id)
    if named is not None and named != answer_id:
        raise NotFound(GONE)
    in_progress: AnswersInProgress = request.state.in_progress
    found = in_progress.find(answer_id, asker)
    if found is not None:
        return EventStream(found.follow(after), request_id)
    turn = await asyncio.to_thread(kept.turn, answer_id, asker)
    if turn is None:
        raise NotFound(GONE)
    return EventStream(_whole(turn.answer, after + 1), request_id)


async def _whole(answer: Answer, number: int) -> AsyncGenerator[tuple[str, AnswerEvent], None]:
    yield event_id(answer.id, number), Completed(answer)
