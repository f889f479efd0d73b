"""The one way in for every channel: may they ask, is there room, then the engine."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace

from service.answer import Answer, AnswerEvent, FoundPassage, Question
from service.answering.engine import AnswerEngine
from service.identity import Identity


class Gateway:
    """Asks one engine for whoever has shown who they are."""

    def __init__(self, engine: AnswerEngine) -> None:
        self._engine = engine

    async def stream(self, asker: Identity, question: Question) -> AsyncGenerator[AnswerEvent, None]:
        """Events of an answer, to be closed by whoever reads them; what is wrong is told before the first.

        Raises:
            Forbidden: they may not ask.
            QuestionRejected: it cannot be asked as it is.
        """
        asker.require("ask")
        self._engine.check(question)
        return self._engine.stream(_of(asker, question))

    async def answer(self, asker: Identity, question: Question) -> Answer:
        """The whole answer. Raises as `stream` and `AnswerEngine.answer` do."""
        asker.require("ask")
        return await self._engine.answer(_of(asker, question))

    async def search(self, asker: Identity, text: str, groups: tuple[str, ...], limit: int) -> tuple[FoundPassage, ...]:
        """The hits alone, best first. Raises as `stream` does."""
        asker.require("ask")
        return await self._engine.search(text, groups, limit)


def _of(asker: Identity, question: Question) -> Question:
    return replace(question, asker=asker.name)
