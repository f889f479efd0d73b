"""Who answers a command: an engine in this process, or the running service that owns the data folder."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol

from pydantic import TypeAdapter

from ingest.index import Index
from ingest.index.owner import Running
from ingest.remote import Remote
from service.answer import Answer, FoundPassage, Question
from service.answering.engine import build_engine
from service.settings import Settings


class Asking(Protocol):
    """Answers questions."""

    def ask(self, question: str, groups: Sequence[str]) -> Answer:
        """The whole answer.

        Raises:
            FootnoteError: there is none; the message says why.
        """
        ...

    def search(self, question: str, groups: Sequence[str], limit: int) -> list[FoundPassage]:
        """The hits alone, best first. Raises as `ask` does."""
        ...


class Here:
    """An engine over an index that this process has opened."""

    def __init__(self, settings: Settings, index: Index) -> None:
        self._engine = build_engine(settings, index)

    def ask(self, question: str, groups: Sequence[str]) -> Answer:
        """See `Asking.ask`."""
        return asyncio.run(self._engine.answer(Question(question, groups=tuple(groups))))

    def search(self, question: str, groups: Sequence[str], limit: int) -> list[FoundPassage]:
        """See `Asking.search`."""
        return list(asyncio.run(self._engine.search(question, groups, limit)))


class There:
    """A service that runs."""

    def __init__(self, running: Running) -> None:
        self._service = Remote(running)

    def ask(self, question: str, groups: Sequence[str]) -> Answer:
        """See `Asking.ask`."""
        answer = self._service.call("POST", "/v1/ask", {"question": question, "filters": {"groups": list(groups)}})
        return TypeAdapter(Answer).validate_python(answer)

    def search(self, question: str, groups: Sequence[str], limit: int) -> list[FoundPassage]:
        """See `Asking.search`."""
        body = {"question": question, "limit": limit, "filters": {"groups": list(groups)}}
        found = self._service.call("POST", "/v1/search", body)
        return TypeAdapter(list[FoundPassage]).validate_python(found["hits"])
