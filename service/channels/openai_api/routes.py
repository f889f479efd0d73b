"""`/v1/chat/completions` and `/v1/models`."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from starlette.datastructures import Headers

from service.answer import AnswerEvent, Failed, Question, Started
from service.channels.openai_api.completion import Completion, completion
from service.channels.openai_api.errors import ErrorBody, Route, Unsuitable
from service.channels.openai_api.request import MODEL, ChatRequest
from service.channels.openai_api.stream import ChunkStream, failure
from service.connection import while_connected
from service.identity import Identity
from service.running import Running

_ERRORS: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": ErrorBody, "description": "What is wrong with the request, as OpenAI's clients read it."},
    "5XX": {"model": ErrorBody, "description": "Try again after `Retry-After` seconds."},
}
_CHUNKS = 'data: {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": "…"}}], …}\n\n'
# What OpenAI's and LlamaIndex's clients and servers without keys have people write.
_NO_KEY = frozenset(("bearer", "bearer none", "bearer empty", "bearer fake"))
router = APIRouter(prefix="/v1", tags=["openai"], route_class=Route, responses=_ERRORS)


class ModelCard(BaseModel):
    """What can be asked, in the form of OpenAI's models."""

    id: str = MODEL
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = "footnote"


class ModelList(BaseModel):
    """Everything that can be asked."""

    object: Literal["list"] = "list"
    data: list[ModelCard]


async def _asker(request: Request) -> Identity:
    """Who asks. OpenAI's clients cannot send no key: what they are told to write instead shows nobody."""
    running: Running = request.state.running
    headers = request.headers  # as it came: what comes twice is refused
    if [value.strip().lower() in _NO_KEY for value in headers.getlist("authorization")] == [True]:
        headers = Headers(raw=[(name, value) for name, value in headers.raw if name != b"authorization"])
    known = await running.authenticator.identify(headers, request.client.host if request.client else None)
    request.state.asker = known
    return known


Asker = Annotated[Identity, Depends(_asker)]


@router.post(
    "/chat/completions",
    response_model=Completion,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}, "example": _CHUNKS}}}},
)
async def create_chat_completion(body: ChatRequest, request: Request, asker: Asker) -> Completion | Response:
    """Answer the last message of the user, as OpenAI's chat completions do, with footnotes and annotations.

    Messages of the roles `system`, `developer` and `tool` are not read: answers come from the articles alone.
    """
    running: Running = request.state.running
    body.check()
    text, history = body.question()
    question = Question(text=text, groups=asker.groups, history=history)
    base = running.settings.public_url or str(request.base_url)
    if not body.stream:
        return completion(await while_connected(request.receive, running.gateway.answer(asker, question)), base)
    events = await running.gateway.stream(asker, question)
    begun = await while_connected(request.receive, _begun(events))
    if isinstance(begun[-1], Failed):
        await events.aclose()
        told = failure(begun[-1])
        return JSONResponse(told.body(), told.status, dict(told.headers))
    include_usage = bool(body.stream_options and body.stream_options.include_usage)
    return ChunkStream(_after(begun, events), base, include_usage, request.state.request_id)


@router.get("/models")
async def list_models(_asker: Asker) -> ModelList:
    """List what can be asked: `footnote`."""
    return ModelList(data=[ModelCard()])


@router.get("/models/{model_id}")
async def get_model(model_id: str, _asker: Asker) -> ModelCard:
    """Get `footnote`."""
    if model_id != MODEL:
        told = f"There is no model {model_id[:80]!r} here: this service has {MODEL!r}."
        raise Unsuitable(told, "model", 404, "model_not_found")
    return ModelCard()


async def _begun(events: AsyncGenerator[AnswerEvent, None]) -> list[AnswerEvent]:
    """The events up to the first that tells whether there will be an answer: an error has a status of its own then."""
    begun: list[AnswerEvent] = []
    async for event in events:
        begun.append(event)
        if not isinstance(event, Started):
            break
    return begun


async def _after(
    begun: list[AnswerEvent], events: AsyncGenerator[AnswerEvent, None]
) -> AsyncGenerator[AnswerEvent, None]:
    try:
        for event in begun:
            yield event
        async for event in events:
            yield event
    finally:
        await events.aclose()
