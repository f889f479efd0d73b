"""Problems by status, as OpenAPI tells them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from service.channels.http.problems import MEDIA_TYPE, RETRY_AFTER, FieldProblem, Problem

REQUEST_ID: dict[str, Any] = {
    "description": "Finds the request in the log.",
    "schema": {"type": "string"},
    "example": "req_9befa4245bc8e7b4a85f4f16",
}


@dataclass(frozen=True, slots=True)
class ToldProblem:
    """A problem that many operations share, with an example; `name` is that of the component."""

    name: str
    slug: str
    title: str
    description: str
    detail: str
    errors: tuple[FieldProblem, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


PROBLEMS: Mapping[int, ToldProblem] = {
    400: ToldProblem(
        "Unreadable",
        "the-body-cannot-be-read",
        "The body cannot be read",
        "The body is no JSON.",
        "Send JSON in UTF-8 that is not nested hundreds of levels deep.",
    ),
    401: ToldProblem(
        "NotAllowed",
        "not-allowed",
        "Not allowed",
        "Who asks did not show who they are, or what they showed is not good.",
        "The token in the header Authorization is not one that this service knows.",
        headers={"WWW-Authenticate": "Bearer"},
    ),
    403: ToldProblem(
        "Forbidden",
        "forbidden",
        "Forbidden",
        "Who asks is known and may not do this.",
        "This needs the scope ingest: ask whoever runs this service for a key that has it.",
    ),
    404: ToldProblem(
        "NotFound",
        "not-found",
        "Not found",
        "There is nothing of that id, or not for who asks.",
        "There is no such article, or it was removed: GET /v1/articles lists what there is.",
    ),
    408: ToldProblem(
        "TooSlow",
        "too-slow",
        "Too slow",
        "The body did not arrive in time.",
        "The body did not arrive in time: send the request again.",
        headers={"Connection": "close"},
    ),
    409: ToldProblem(
        "Conflict",
        "conflict",
        "Conflict",
        "It cannot be done as things stand: the same request is being answered, or an id is taken.",
        "The same request is being answered now: send it again in a second.",
    ),
    413: ToldProblem(
        "TooLarge",
        "content-too-large",
        "Content too large",
        "The body is too large.",
        "The body is larger than 1 MB: send less.",
        headers={"Connection": "close"},
    ),
    414: ToldProblem(
        "AddressTooLong",
        "address-too-long",
        "Address too long",
        "The address is too long.",
        "The address is too long: send what you mean shorter.",
    ),
    415: ToldProblem(
        "NotJson",
        "unsupported-media-type",
        "Unsupported media type",
        "The body is not sent as JSON.",
        "The body has to be a JSON object, sent as Content-Type: application/json.",
        headers={"Accept": "application/json"},
    ),
    421: ToldProblem(
        "Misdirected",
        "misdirected",
        "Not a name of this service",
        "The service does not answer under the name in the header Host.",
        "This service does not answer under the name it was asked by. Ask it by the address it was started with, or "
        "add the name to FOOTNOTE_AUTH__HOSTS.",
    ),
    422: ToldProblem(
        "Invalid",
        "invalid-request",
        "The request does not fit",
        "What was sent does not fit; `errors` names each field.",
        "“question” is missing.",
        errors=(FieldProblem(field="question", message="“question” is missing."),),
    ),
    429: ToldProblem(
        "TooMany",
        "too-many-requests",
        "Too many requests",
        "Who asks asks too much.",
        "You have asked 60 questions in a minute, which is the most. There is room again in 12 seconds.",
        headers={"Retry-After": "12"},
    ),
    431: ToldProblem(
        "HeadersTooLarge",
        "headers-too-large",
        "Headers too large",
        "The headers are too large.",
        "The headers of the request are too large: send fewer and shorter ones.",
    ),
    503: ToldProblem(
        "Unavailable",
        "unavailable",
        "The articles cannot be searched now",
        "It cannot be done now; `Retry-After` says in how many seconds to try again.",
        "Try again in a few seconds. If it stays so, tell whoever runs this service: the request id finds the reason.",
        headers={"Retry-After": str(RETRY_AFTER)},
    ),
}


def statuses_of(operation: Mapping[str, Any], path: str) -> Iterator[int]:
    """What may go wrong with an operation."""
    yield from (414, 421, 431)
    parameters = operation.get("parameters", [])
    if "security" in operation:
        yield from (401, 403, 429, 503)
    if any(p["in"] == "path" for p in parameters):
        yield 404
    if not path.startswith("/v1/"):
        return
    if parameters:
        yield 422
    if "requestBody" in operation:
        yield from (400, 408, 413, 415, 422)
    if any(p["name"] == "idempotency-key" for p in parameters):
        yield from (404, 409)


def response_of(status: int, told: ToldProblem) -> dict[str, Any]:
    """The problem as a response that operations refer to."""
    example = Problem(
        type=f"urn:footnote:problem:{told.slug}",
        title=told.title,
        status=status,
        detail=told.detail,
        instance="/v1/ask",
        request_id=REQUEST_ID["example"],
        errors=list(told.errors) or None,
    )
    return {
        "description": told.description,
        "headers": {
            "X-Request-Id": {"$ref": "#/components/headers/X-Request-Id"},
            **{name: {"schema": {"type": "string"}, "example": value} for name, value in told.headers.items()},
        },
        "content": {
            MEDIA_TYPE: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "example": example.model_dump(exclude_none=True),
            }
        },
    }
