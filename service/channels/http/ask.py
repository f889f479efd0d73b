"""A question in; an answer, or the events of one, out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from service.answer import Answer, Question
from service.channels.http.deps import Asker, Asking, RequestId
from service.channels.http.events import EventStream
from service.channels.http.filters import Filters

router = APIRouter(prefix="/v1", tags=["questions"])

_STREAM = """event: started
data: {"answer_id": "ans_1f", "conversation_id": "con_7a", "question": "How long is parental leave?", "language": "en"}
id: 1

event: sentence
data: {"sentence": {"text": "Parental leave is 20 weeks.", "citations": [1], …}, "citations": [{"number": 1, …}]}
id: 2
"""


class AskRequest(BaseModel):
    """A question, and how it is to be answered."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"question": "Why is live streaming invisible this 618?"}]}
    )

    question: str = Field(description="What you want to know, in your own language.")
    conversation_id: Annotated[str, Field(max_length=100, pattern=r"^[A-Za-z0-9_-]+$")] | None = Field(
        None, description="The conversation this belongs to; default: a new one."
    )
    stream: bool | None = Field(
        None, strict=True, description="Send events as they come; default: where `Accept` names `text/event-stream`."
    )
    language: Annotated[str, Field(max_length=35, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] | None = Field(
        None, description="Language of the answer, such as `en` or `zh-CN`; default: that of the question."
    )
    filters: Filters | None = Field(None, description='Which articles to ask: `{"groups": ["hr"]}`.')


@router.post(
    "/ask",
    response_model=Answer,
    responses={
        200: {
            "description": "The answer, or events: `started`, `sources`, `delta`, `sentence`, `completed`, `failed`.",
            "content": {"text/event-stream": {"schema": {"type": "string"}, "example": _STREAM}},
        }
    },
)
async def ask(
    request: AskRequest,
    asking: Asking,
    asker: Asker,
    request_id: RequestId,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> Answer | Response:
    """Answer a question with an exact quote behind every sentence. Declining to answer is an answer, too."""
    question = Question(
        text=request.question,
        groups=asker.narrowed(request.filters.groups if request.filters else None),
        language=request.language.split("-")[0].lower() if request.language else None,
        conversation_id=request.conversation_id,
    )
    wants_events = "text/event-stream" in accept.lower() if request.stream is None else request.stream
    if not wants_events:
        return await asking.answer(asker, question)
    return EventStream(await asking.stream(asker, question), request_id)
