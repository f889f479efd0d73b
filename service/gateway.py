"""The one way in for every channel: may they ask, is there room, then the engine; what becomes of it is told."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from service.answer import Answer, AnswerEvent, Failed, FoundPassage, Question
from service.answering.engine import AnswerEngine
from service.identity import Identity
from service.limits.queue import Queue
from service.limits.rates import Rates
from service.settings import LimitSettings
from service.telemetry.telemetry import Telemetry


class Gateway:
    """Asks one engine for whoever has shown who they are, as often as they may and when it is their turn."""

    def __init__(self, engine: AnswerEngine, limits: LimitSettings, telemetry: Telemetry) -> None:
        self._engine, self._telemetry, self._rates = engine, telemetry, Rates(limits)
        metrics = telemetry.metrics
        self._queue = Queue(limits, metrics.in_flight.inc, metrics.waiting.inc)

    async def stream(self, asker: Identity, question: Question) -> AsyncGenerator[AnswerEvent, None]:
        """Events of an answer, to be closed by whoever reads them; what is wrong is told before the first.

        Raises:
            Forbidden: they may not ask.
            QuestionRejected: it cannot be asked as it is.
            TooManyRequests: they ask too much.
            Overloaded: all together ask too much.
        """
        self._admit(asker)
        self._engine.check(question)
        question = replace(question, asker=asker.name)
        events = self._events(question)
        await anext(events)  # it has its place now, and leaves it when it is closed
        return events

    async def answer(self, asker: Identity, question: Question) -> Answer:
        """The whole answer. Raises as `stream` and `AnswerEngine.answer` do."""
        self._admit(asker)
        self._engine.check(question)
        question = replace(question, asker=asker.name)
        record = self._telemetry.recording(question)
        async with self._queue.place():
            return await self._telemetry.whole(record, question, self._engine.answer(question))

    async def search(self, asker: Identity, text: str, groups: tuple[str, ...], limit: int) -> tuple[FoundPassage, ...]:
        """The hits alone, best first. Raises as `stream` does."""
        self._admit(asker)
        self._engine.check(Question(text, groups))
        async with self._queue.place():
            self._telemetry.metrics.searches.inc()
            return await self._engine.search(text, groups, limit, asker=asker.name)

    def forget(self) -> None:
        """Let go of what was answered and could be given again."""
        if self._engine.cache is not None:
            self._engine.cache.clear()

    def _admit(self, asker: Identity) -> None:
        asker.require("ask")
        self._rates.take(asker)

    async def _events(self, question: Question) -> AsyncGenerator[AnswerEvent, None]:
        """The first is not of the answer: a generator that was never begun would not leave its place either."""
        record = self._telemetry.recording(question)
        async with self._queue.place():
            yield Failed("", "", 0)
            made = self._telemetry.recorded(record, question, self._engine.stream(question))
            async with aclosing(made) as events:
                async for event in events:
                    yield event
