"""Who answers a command: an engine in this process, or the running service that owns the data folder."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol
from urllib.parse import quote

from pydantic import TypeAdapter

from ingest.index import Index
from ingest.index.owner import Running
from ingest.remote import Remote
from service.answer import Answer, FoundPassage, Question
from service.answering.engine import build_engine
from service.conversations.replay import Replay, replay
from service.conversations.store import open_conversations
from service.limits.budget import open_budget
from service.settings import Settings


class Asking(Protocol):
    """Answers questions."""

    def ask(self, question: str, groups: Sequence[str], conversation_id: str | None = None) -> Answer:
        """The whole answer; with a conversation, its turns say what a follow-up means.

        Raises:
            FootnoteError: there is none; the message says why.
        """
        ...

    def replay(self, answer_id: str, prompt: str | None, model: str | None) -> Replay:
        """What is different when an old question is asked again. Raises as `ask` does."""
        ...

    def search(self, question: str, groups: Sequence[str], limit: int) -> list[FoundPassage]:
        """The hits alone, best first. Raises as `ask` does."""
        ...


class Here:
    """An engine over an index that this process has opened."""

    def __init__(self, settings: Settings, index: Index) -> None:
        self._settings, self._index = settings, index
        self._conversations = open_conversations(index.catalogue, settings.keep)
        self._budget = open_budget(index.catalogue, settings)
        self._engine = build_engine(settings, index, conversations=self._conversations, budget=self._budget)

    def close(self) -> None:
        """Wait until what was answered is kept, and what it cost."""
        self._conversations.close()
        self._budget.close()

    def ask(self, question: str, groups: Sequence[str], conversation_id: str | None = None) -> Answer:
        """See `Asking.ask`."""
        return asyncio.run(self._engine.answer(Question(question, tuple(groups), conversation_id=conversation_id)))

    def replay(self, answer_id: str, prompt: str | None, model: str | None) -> Replay:
        """See `Asking.replay`."""
        return asyncio.run(replay(answer_id, self._settings, self._index, self._conversations, prompt, model))

    def search(self, question: str, groups: Sequence[str], limit: int) -> list[FoundPassage]:
        """See `Asking.search`."""
        return list(asyncio.run(self._engine.search(question, groups, limit)))


class There:
    """A service that runs."""

    def __init__(self, running: Running) -> None:
        self._service = Remote(running)

    def ask(self, question: str, groups: Sequence[str], conversation_id: str | None = None) -> Answer:
        """See `Asking.ask`."""
        body = {"question": question, "conversation_id": conversation_id, "filters": {"groups": list(groups)}}
        return TypeAdapter(Answer).validate_python(self._service.call("POST", "/v1/ask", body))

    def replay(self, answer_id: str, prompt: str | None, model: str | None) -> Replay:
        """See `Asking.replay`."""
        body = {"prompt": prompt, "model": model}
        made = self._service.call("POST", f"/v1/answers/{quote(answer_id, safe='')}/replay", body)
        return TypeAdapter(Replay).validate_python(made)

    def search(self, question: str, groups: Sequence[str], limit: int) -> list[FoundPassage]:
        """See `Asking.search`."""
        body = {"question": question, "limit": limit, "filters": {"groups": list(groups)}}
        found = self._service.call("POST", "/v1/search", body)
        return TypeAdapter(list[FoundPassage]).validate_python(found["hits"])
