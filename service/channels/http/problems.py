"""What goes wrong, as RFC 9457 problems: a sentence that says what to do, never an exception's own text."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.routing import Match

from ingest.errors import TransientError
from prompts import phrase
from service.channels.http.page import page, preferred
from service.channels.http.wording import in_words
from service.errors import (
    ArticleRejected,
    Conflict,
    FootnoteError,
    Forbidden,
    IndexUnavailable,
    KeyReused,
    NotAllowed,
    NotFound,
    Overloaded,
    QuestionRejected,
    TooManyRequests,
    WhoAsksUnknown,
)

_log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = 5


class FieldProblem(BaseModel):
    """One field of the request that does not fit."""

    field: str
    message: str


class Problem(BaseModel):
    """An RFC 9457 problem."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str
    errors: list[FieldProblem] | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem; without a `detail` the error's own sentence was written for the asker."""

    slug: str
    status: int
    title: str
    detail: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


UNAVAILABLE = Kind(
    "unavailable",
    503,
    "The articles cannot be searched now",
    "Try again in a few seconds. If it stays so, tell whoever runs this service: the request id finds the reason.",
    {"Retry-After": str(RETRY_AFTER)},
)
UNFORESEEN = Kind(
    "unforeseen",
    500,
    "Something went wrong",
    "This should not have happened. Tell whoever runs this service: the request id finds the reason.",
)
_UNSUPPORTED = Kind(
    "unsupported-media-type",
    415,
    "Unsupported media type",
    "The body has to be a JSON object, sent as Content-Type: application/json.",
    {"Accept": "application/json"},
)
_INVALID = Kind("invalid-request", 422, "The request does not fit")
_KINDS: Mapping[type[FootnoteError], Kind] = {
    QuestionRejected: Kind("question-rejected", 422, "The question cannot be asked"),
    ArticleRejected: Kind("article-rejected", 422, "The article cannot be taken in"),
    NotAllowed: Kind("not-allowed", 401, "Not allowed", headers={"WWW-Authenticate": "Bearer"}),
    Forbidden: Kind("forbidden", 403, "Forbidden"),
    KeyReused: Kind("key-reused", 422, "The key belongs to another request"),
    Conflict: Kind("conflict", 409, "Conflict"),
    TooManyRequests: Kind("too-many-requests", 429, "Too many requests"),
    Overloaded: Kind("overloaded", 503, "Too many questions at once"),
    WhoAsksUnknown: Kind(
        "who-asks-unknown", 503, "Who asks cannot be checked now", headers={"Retry-After": str(RETRY_AFTER)}
    ),
    NotFound: Kind("not-found", 404, "Not found"),
    IndexUnavailable: UNAVAILABLE,
    TransientError: UNAVAILABLE,
    FootnoteError: UNAVAILABLE,
}
_HTTP: Mapping[int, tuple[str, str]] = {
    400: ("The body cannot be read", "Send JSON in UTF-8 that is not nested hundreds of levels deep."),
    408: ("Too slow", "The body did not arrive in time: send the request again."),
    413: ("Content too large", "The body is too large: send less."),
    404: ("Not found", "There is nothing at this address: /docs lists what there is."),
    405: ("Method not allowed", "This address does not take {method}: /docs lists what it takes."),
}


class Told(HTTPException):
    """An HTTP error whose `detail` was written for the asker."""


def kind_of(error: FootnoteError) -> Kind:
    """The table's row for an error, or for what it is a kind of."""
    return next(_KINDS[base] for base in type(error).__mro__ if base in _KINDS)


def respond(request: Request, kind: Kind, detail: str = "", errors: Sequence[FieldProblem] | None = None) -> Response:
    """The problem as a response; as a page, where a person's browser asks for one."""
    if _for_a_person(request):
        told = phrase("page_who", preferred(request)) if kind.status == 401 else kind.detail or detail
        made = page("problem", kind.status, title=kind.title, detail=told, request_id=request.state.request_id)
        made.headers.update(kind.headers)
        return made
    problem = Problem(
        type=f"urn:footnote:problem:{kind.slug}",
        title=kind.title,
        status=kind.status,
        detail=kind.detail or detail,
        instance=request.url.path,
        request_id=request.state.request_id,
        errors=list(errors) if errors else None,
    )
    return Response(problem.model_dump_json(exclude_none=True), kind.status, dict(kind.headers), MEDIA_TYPE)


def register(app: FastAPI) -> None:
    """Answer every foreseen error of `app` with a problem."""
    app.add_exception_handler(FootnoteError, _footnote_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)


async def _footnote_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, FootnoteError)  # noqa: S101 - for the type checker: registered for it alone
    kind = kind_of(error)
    if isinstance(error, (TooManyRequests, Overloaded)):
        kind = replace(kind, headers={"Retry-After": str(error.retry_after)})
    elif kind.status >= 500:
        _log.warning("%s %s: %s", request.state.request_id, request.url.path, error)
    return respond(request, kind, str(error))


async def _validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    found: Sequence[Any] = error.errors()
    if not _is_json(request) and any(tuple(e["loc"]) == ("body",) and e["type"] != "missing" for e in found):
        return respond(request, _UNSUPPORTED)
    fields = [FieldProblem(field=name, message=message) for name, message in map(in_words, found)]
    return respond(request, _INVALID, " ".join(f.message for f in fields[:5]), fields)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    phrase = HTTPStatus(error.status_code).phrase
    title, detail = _HTTP.get(error.status_code, (phrase, f"{phrase}."))
    headers = dict(error.headers or {})
    if error.status_code == 405 and request.method not in (allowed := _allowed(request)):
        headers["Allow"] = ", ".join(allowed)
    kind = Kind(title.lower().replace(" ", "-"), error.status_code, title, headers=headers)
    told = error.detail if isinstance(error, Told) else detail.format(method=request.method)
    return respond(request, kind, told)


def _for_a_person(request: Request) -> bool:
    """Whether what was asked for is a page: programs ask below `/v1`, or name no HTML."""
    path = request.url.path
    return "text/html" in request.headers.get("accept", "") and not path.startswith(("/v1/", "/mcp"))


def _allowed(request: Request) -> list[str]:
    """All that an address takes: the router names what the first of its routes takes."""
    takes = []
    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"):
        scope = {**request.scope, "method": method}
        if any(route.matches(scope)[0] is Match.FULL for route in request.app.router.routes):
            takes.append(method)
    return takes


def _is_json(request: Request) -> bool:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))
