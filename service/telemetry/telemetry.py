"""All of it together: what the channels and the gateway tell, and where it goes."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing

from ingest.index import Catalogue
from service.answer import Answer, AnswerEvent, Completed, Failed, Question, Settled, Started
from service.settings.telemetry import TelemetrySettings
from service.telemetry.context import Record, Requested, followed, making, requested
from service.telemetry.index_state import IndexState
from service.telemetry.metrics import Metrics
from service.telemetry.traces import Traces

_log = logging.getLogger(__name__)
_CHANNELS = (("/v1/chat/", "openai"), ("/mcp", "mcp"))
# Seconds between two looks at what is watched.
_EVERY = 5.0
# What is asked every few seconds, by whatever watches.
_QUIET = frozenset({"/healthz", "/readyz", "/metrics"})
_REFUSED: Mapping[int, str] = {401: "credentials", 403: "scope", 429: "rate", 503: "unavailable"}


class Telemetry:
    """One an application. Safe to tell from any thread."""

    def __init__(self, settings: TelemetrySettings) -> None:
        self._settings = settings
        self.metrics = Metrics()
        self._traces: Traces | None = None
        self._watched: list[Callable[[Metrics], None]] = []
        self._watching: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Begin to look at what is watched, and to send traces where there is somebody to send them to."""
        if self._settings.otlp_endpoint:
            self._traces = await asyncio.to_thread(Traces, self._settings.otlp_endpoint, self._settings.traces_share)
        self._watching = asyncio.create_task(self._watch())

    async def close(self) -> None:
        """Send what is left."""
        if self._watching is not None:
            self._watching.cancel()
        if self._traces is not None:
            await asyncio.to_thread(self._traces.close)

    def watch(self, look: Callable[[Metrics], None]) -> None:
        """Have `look` bring metrics up to date, every few seconds and whenever they are asked for."""
        self._watched.append(look)

    def watch_index(self, catalogue: Catalogue) -> None:
        """Show the state of the index."""
        self.metrics.add(IndexState(catalogue))

    def refresh(self) -> None:
        """Look at everything that is watched."""
        for look in self._watched:
            try:
                look(self.metrics)
            except Exception:
                _log.exception("a metric could not be read")

    def began(self, request: Requested, headers: Callable[[], Mapping[str, str]]) -> None:
        """A request came; `headers` by lower-case names."""
        self.metrics.open_requests.inc()
        if self._traces is not None:
            self._traces.begin(request, headers())

    def ended(self, request: Requested, route: str, status: int, seconds: float) -> None:
        """Its response is out; a status of 499 is a client that left before there was one."""
        method = request.scope["method"]
        self.metrics.open_requests.dec()
        self.metrics.requests.labels(route, method if method in _METHODS else "other", str(status)).inc()
        self.metrics.request_seconds.labels(route).observe(seconds)
        if status in _REFUSED and route not in _QUIET:
            self.metrics.refused.labels(_REFUSED[status]).inc()
        if self._traces is not None:
            self._traces.end(request, route, status)
        level = logging.DEBUG if route in _QUIET else logging.INFO
        if _log.isEnabledFor(level):
            _log.log(
                level,
                "%s %s %s", method, route, status,
                extra={"ms": round(seconds * 1000, 1), "asker": request.asker},
            )  # fmt: skip

    def recording(self, question: Question) -> Record:
        """An answer begins here."""
        request = requested()
        if request is not None:
            request.asker = question.asker
        return Record(question.asker, request)

    async def recorded(
        self, one: Record, question: Question, events: AsyncGenerator[AnswerEvent, None]
    ) -> AsyncGenerator[AnswerEvent, None]:
        """The events of an answer, as they are; what is to be told of it is told before the last is handed on."""
        ended = False
        try:
            async with aclosing(events), aclosing(followed(one, events)) as watched:
                async for event in watched:
                    if isinstance(event, Settled):
                        if one.first_sentence is None:
                            one.first_sentence = time.perf_counter_ns()
                    elif isinstance(event, Started):
                        self._named(one, event.answer_id)
                    elif isinstance(event, Completed):
                        ended = True
                        self.answered(one, question, event.answer)
                    elif isinstance(event, Failed):
                        ended = True
                        self.unfinished(one, "failed" if event.status >= 500 else "rejected")
                    yield event
        finally:
            if not ended:
                self.unfinished(one, "left")

    async def whole(self, one: Record, question: Question, made: Awaitable[Answer]) -> Answer:
        """The answer that is awaited, told of as it comes."""
        try:
            with making(one):
                answer = await made
        except BaseException as error:
            self.unfinished(one, "failed" if isinstance(error, Exception) else "left")
            raise
        self.answered(one, question, answer)
        return answer

    def answered(self, one: Record, question: Question, answer: Answer) -> None:
        """An answer is complete."""
        self._named(one, answer.id)
        seconds, channel = (time.perf_counter_ns() - one.began) / 1e9, _channel(one)
        self.metrics.answered(one, answer, channel, seconds)
        if self._traces is not None:
            self._traces.answered(one, answer, channel)
        if _log.isEnabledFor(logging.INFO):
            extra = {
                "answer_id": answer.id,
                "outcome": answer.outcome,
                "mode": answer.mode,
                "channel": channel,
                "ms": round(seconds * 1000, 1),
                "sentences": len(answer.sentences),
                "tokens": sum(answer.receipt.tokens.values()),
            }
            if self._settings.log_questions:
                extra["question"] = question.text
            _log.info("answered", extra=extra)

    def unfinished(self, one: Record, reason: str) -> None:
        """An answer ended without being complete."""
        self.metrics.unfinished.labels(reason).inc()
        self.metrics.staged(one)
        if self._traces is not None:
            self._traces.answered(one, None, _channel(one))
        _log.info("no answer", extra={"answer_id": one.answer_id, "reason": reason, "channel": _channel(one)})

    async def _watch(self) -> None:
        while True:
            await asyncio.to_thread(self.refresh)
            await asyncio.sleep(_EVERY)

    def _named(self, one: Record, answer_id: str) -> None:
        one.answer_id = answer_id
        if one.request is not None:
            one.request.answer_id = answer_id


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def _channel(one: Record) -> str:
    if one.request is None:
        return "slack" if (one.asker or "").startswith("slack:") else "local"
    path = one.request.scope["path"]
    return next((name for prefix, name in _CHANNELS if path.startswith(prefix)), "http")
