"""The page to ask on: a form, an answer with its quotes, no script."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from ingest.language import is_cjk
from prompts import phrase
from service.answer import Answer, Question, Sentence, is_conversation_id
from service.channels.http.deps import Asking, Catalogue, RequestId, Service, identified
from service.channels.http.page import direction, page, preferred
from service.channels.http.problems import kind_of
from service.connection import while_connected
from service.errors import FootnoteError, NotAllowed
from service.footnotes import remarks

router = APIRouter(include_in_schema=False)
_EXAMPLES = 5
_FOREIGN = ("cross-site", "same-site")


@router.head("/", include_in_schema=False)
@router.get("/")
async def start(request: Request, running: Service, catalogue: Catalogue) -> HTMLResponse:
    """A page to ask on, and what there is to ask of."""
    language = preferred(request)
    try:
        asker = await identified(request, running)
    except NotAllowed:
        return _page(language, 401, says=phrase("page_who", language))
    try:
        articles = await asyncio.to_thread(catalogue.count_articles, asker.groups)
        some = await asyncio.to_thread(catalogue.listed, asker.groups, _EXAMPLES)
    except FootnoteError as error:
        return _page(language, 503, says=kind_of(error).detail or str(error))
    if not articles:
        return _page(language, says=phrase("declined_empty", language))
    return _page(language, articles=articles, some=some)


@router.post("/")
async def ask(request: Request, running: Service, asking: Asking, request_id: RequestId) -> HTMLResponse:
    """Answer the form's question on a page that asks for the next."""
    language = preferred(request)
    fields = parse_qs((await request.body()).decode("utf-8", "replace"), max_num_fields=10)
    text = fields.get("question", [""])[0].strip()
    conversation = fields.get("conversation", [""])[0]
    if not is_conversation_id(conversation):
        conversation = ""
    if request.headers.get("sec-fetch-site") in _FOREIGN:
        return _page(language, 403, says=phrase("page_foreign", language))
    try:
        asker = await identified(request, running)
        question = Question(text, asker.groups, conversation_id=conversation or None)
        answer = await while_connected(request.receive, asking.answer(asker, question))
    except NotAllowed:
        return _page(language, 401, says=phrase("page_who", language), asked=text)
    except FootnoteError as error:
        kind = kind_of(error)
        says = f"{kind.detail} ({request_id})" if kind.detail else str(error)
        return _page(language, kind.status, says=says, asked=text, conversation=conversation)
    return _page("zh" if is_cjk(answer.language) else "en", **_shown(answer))


def _page(language: str, status: int = 200, **values: Any) -> HTMLResponse:
    empty = {"says": "", "asked": "", "conversation": "", "articles": 0, "some": (), "answer": None}
    return page(
        "ask", status, form=True, language=language, say=lambda key, **v: phrase(key, language, **v), **empty | values
    )


def _shown(answer: Answer) -> Mapping[str, Any]:
    return {
        "answer": answer,
        "conversation": answer.conversation_id,
        "direction": direction(answer.language),
        "notes": remarks(answer),
        "weak": _weak,
    }


def _weak(sentence: Sentence) -> bool:
    """Whether a sentence is shown as one that its quotes bear only in part."""
    return sentence.support != "supported"
