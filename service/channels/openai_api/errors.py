"""What goes wrong, in OpenAI's form, so that its clients raise the error that fits."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from service.connection import ClientLeft
from service.errors import (
    FootnoteError,
    Forbidden,
    NotAllowed,
    NotFound,
    Overloaded,
    QuestionRejected,
    TooManyRequests,
    WhoAsksUnknown,
)

_log = logging.getLogger(__name__)
_RETRY_AFTER = 5
_LATER = "The articles cannot be searched now. Try again in a few seconds; the request id finds the reason."
_UNKNOWN = "Who asks cannot be checked now. Try again in a few seconds; the request id finds the reason."
_UNFORESEEN = "Something went wrong. Tell whoever runs this service: the request id finds the reason."


class ErrorDetail(BaseModel):
    """What is wrong, as OpenAI's clients read it."""

    message: str
    type: str
    param: str | None
    code: str | None


class ErrorBody(BaseModel):
    """OpenAI's form of an error."""

    error: ErrorDetail


class Unsuitable(FootnoteError):
    """A request that is understood and cannot be carried out; `param` names the field. HTTP 400, or as it says."""

    def __init__(self, message: str, param: str, status: int = 400, code: str | None = None) -> None:
        super().__init__(message)
        self.param, self.status, self.code = param, status, code


@dataclass(frozen=True, slots=True)
class Told:
    """An error as it is sent."""

    status: int
    message: str
    type: str
    code: str | None = None
    param: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """OpenAI's form."""
        return {"error": {"message": self.message, "type": self.type, "param": self.param, "code": self.code}}


UNFORESEEN = Told(500, _UNFORESEEN, "server_error")
UNAVAILABLE = Told(503, _LATER, "server_error", "unavailable", headers={"Retry-After": str(_RETRY_AFTER)})


def told(error: Exception) -> Told:
    """How an error is told; what was not foreseen never with its own words."""
    text = str(error)
    match error:
        case Unsuitable():
            return Told(error.status, text, "invalid_request_error", error.code, error.param)
        case QuestionRejected():
            return Told(400, text, "invalid_request_error", "question_rejected", "messages")
        case NotAllowed():
            headers = {"WWW-Authenticate": "Bearer"}
            return Told(401, text, "authentication_error", "invalid_api_key", headers=headers)
        case Forbidden():
            return Told(403, text, "permission_error", "forbidden")
        case NotFound():
            return Told(404, text, "invalid_request_error", "not_found")
        case TooManyRequests():
            return Told(429, text, "rate_limit_error", "rate_limit_exceeded", headers=_after(error.retry_after))
        case Overloaded():
            return Told(503, text, "server_error", "overloaded", headers=_after(error.retry_after))
        case WhoAsksUnknown():
            return replace(UNAVAILABLE, message=_UNKNOWN)
        case FootnoteError():
            return UNAVAILABLE
        case RequestValidationError():
            return _misfit(error.errors()[0])
        case HTTPException():
            status = error.status_code
            words = "The body is larger than this service takes." if status == 413 else "The body cannot be read."
            return Told(status, words, "invalid_request_error", headers=error.headers or {})
    return UNFORESEEN


class Route(APIRoute):
    """Answers every error of its endpoint in OpenAI's form."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """See `APIRoute`."""
        handle = super().get_route_handler()

        async def answered(request: Request) -> Response:
            try:
                return await handle(request)
            except (ClientDisconnect, ClientLeft):
                raise
            except Exception as error:
                made = told(error)
                if made.status >= 500 and not isinstance(error, Overloaded):
                    unforeseen = error if made is UNFORESEEN else None
                    _log.warning("%s %s: %s", request.state.request_id, request.url.path, error, exc_info=unforeseen)
                return JSONResponse(made.body(), made.status, dict(made.headers))

        return answered


def _after(seconds: int) -> dict[str, str]:
    return {"Retry-After": str(seconds)}


def _misfit(found: Mapping[str, Any]) -> Told:
    """The first of what pydantic found wrong."""
    if found["type"] == "json_invalid":
        return Told(400, "The body is not valid JSON.", "invalid_request_error")
    place = [part for part in found["loc"][1:] if part not in ("str", "list[Part]")]
    param = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).strip(".")[:80] or None
    words = "is missing" if found["type"] == "missing" else f"does not fit: {found['msg']}"
    return Told(400, f"{param or 'The body'} {words}.", "invalid_request_error", param=param)
