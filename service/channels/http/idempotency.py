"""`Idempotency-Key`: a write that is sent again is answered again, and done once.

A route has it by `dependencies=[Once]`. See draft-ietf-httpapi-idempotency-key-header.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
from typing import Annotated

from fastapi import Depends, FastAPI, Header, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.channels.http.deps import Asker, Service
from service.errors import FootnoteError, NotFound
from service.idempotency import Idempotency, Kept
from service.identity import Identity
from service.running import Running

_log = logging.getLogger(__name__)
# An RFC 9651 string, or its content without quotes, as most clients send it.
_KEY = re.compile(r'"([\x20\x21\x23-\x5b\x5d-\x7e]{1,255})"|([\x21\x23-\x7e]{1,255})')
_MOST_BYTES = 2_000_000
_SENT_AGAIN = ("content-type", "location", "cache-control", "x-accel-buffering")
_ANSWER = re.compile(rb'"(?:answer_id|id)": ?"(ans_[A-Za-z0-9_-]{1,90})"')
_FAILED = re.compile(rb"^event: failed\r?$", re.M)
_PLACE = "idempotent_place"


class Replayed(Exception):
    """The request was answered before."""

    def __init__(self, kept: Kept) -> None:
        self.kept = kept


async def _once(
    request: Request,
    running: Service,
    asker: Asker,
    idempotency_key: Annotated[
        str | None,
        Header(
            max_length=300,
            description="A key of your own for this request, such as a UUID. Sent again with the same body, it gets "
            "the same answer, and the work is done once.",
            examples=["8e03978e-40d5-43dd-bc93-6894a57f9324"],
        ),
    ] = None,
) -> None:
    await _begin(request, running, asker, idempotency_key)


async def _once_deleted(request: Request, running: Service, asker: Asker) -> None:
    await _begin(request, running, asker, request.headers.get("idempotency-key"))


async def _begin(request: Request, running: Running, asker: Identity, idempotency_key: str | None) -> None:
    if idempotency_key is None or "last-event-id" in request.headers:  # a stream is taken up by its own events
        return
    store: Idempotency = request.state.idempotency
    fingerprint = hashlib.sha256(
        f"{request.method} {request.url.path}?{request.url.query}\n{request.headers.get('accept', '')}\n".encode()
        + await request.body()
    ).hexdigest()
    place, kept = await asyncio.to_thread(store.begin, asker, _named(idempotency_key), fingerprint)
    if kept is not None:
        await asyncio.to_thread(_still_readable, running, asker, kept)
        raise Replayed(kept)
    setattr(request.state, _PLACE, place)


Once = Depends(_once)
# For DELETE, which most clients send without one: OpenAPI tells it in words.
OnceDeleted = Depends(_once_deleted)


class KeepsAnswers:
    """Keeps what routes with `Once` answer; what failed is not kept, so that it can be tried again."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer()

        async def watched(message: Message) -> None:
            place = scope["state"].get(_PLACE)
            if place is not None:
                answer.take(message)
                if answer.whole and answer.good and _may_be_kept(scope["state"]["running"], answer.kept()):
                    await asyncio.to_thread(_keep, scope["state"]["idempotency"], place, answer.kept())
                    scope["state"][_PLACE] = None
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            place = scope["state"].get(_PLACE)
            if place is not None:
                await asyncio.shield(asyncio.to_thread(_release, scope["state"]["idempotency"], place))


def register(app: FastAPI) -> None:
    """Let `app` keep and repeat answers."""
    app.add_middleware(KeepsAnswers)
    app.add_exception_handler(Replayed, _replay)


class _Answer:
    """A response as it goes by."""

    def __init__(self) -> None:
        self.whole = False
        self._status, self._headers, self._body = 0, Headers(), bytearray()

    def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status, self._headers = message["status"], Headers(raw=message["headers"])
        elif message["type"] == "http.response.body":
            if len(self._body) <= _MOST_BYTES:
                self._body += message.get("body", b"")
            self.whole = not message.get("more_body", False)

    @property
    def good(self) -> bool:
        """Whether work was done that is not to be done again."""
        stream = self._headers.get("content-type", "").startswith("text/event-stream")
        failed = stream and _FAILED.search(self._body) is not None
        return 200 <= self._status < 300 and len(self._body) <= _MOST_BYTES and not failed

    def kept(self) -> Kept:
        headers = {name: self._headers[name] for name in _SENT_AGAIN if name in self._headers}
        return Kept(self._status, headers, bytes(self._body))


def _named(key: str) -> str:
    found = _KEY.fullmatch(key.strip())
    if found is None:
        problem = {"type": "idempotency_key", "loc": ("header", "idempotency-key"), "msg": "no key"}
        raise RequestValidationError([problem])
    return found[1] or found[2]


def _still_readable(running: Running, asker: Identity, kept: Kept) -> None:
    """An answer whose articles were closed to the asker since, or that was deleted, is not given again."""
    answer = _ANSWER.search(kept.body[:4_000])
    if answer is None:
        return
    if running.conversations.turn(answer[1].decode(), asker) is None:
        raise NotFound("The answer to this request was deleted, or is not yours to read any more: choose a new key.")


def _may_be_kept(running: Running, kept: Kept) -> bool:
    """Where answers are not kept, nothing that is asked is written down: such a request is answered anew."""
    return running.settings.keep.answers or _ANSWER.search(kept.body[:4_000]) is None


def _keep(store: Idempotency, place: str, kept: Kept) -> None:
    try:
        store.finish(place, kept)
    except FootnoteError as error:  # it was answered; sent again, it is done again
        _log.warning("an answer cannot be kept under its key: %s", error)
        _release(store, place)


def _release(store: Idempotency, place: str) -> None:
    try:
        store.release(place)
    except FootnoteError as error:
        _log.warning("a key cannot be released: %s", error)


async def _replay(_request: Request, answered: Exception) -> Response:
    assert isinstance(answered, Replayed)  # noqa: S101 - for the type checker: registered for it alone
    kept = answered.kept
    return Response(kept.body, kept.status, {**kept.headers, "Idempotent-Replayed": "true"})
