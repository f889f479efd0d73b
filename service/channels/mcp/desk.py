"""What the tools ask of Footnote, for one asker: of this process, or of the service that owns the data folder."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import Any, Protocol

from pydantic import TypeAdapter

from ingest.errors import FootnoteError, TransientError
from ingest.index import Catalogue
from ingest.index.owner import Running
from ingest.remote import Remote
from service.answer import Answer, Completed, Failed, FoundPassage, Question, Sentence, Settled
from service.errors import IndexUnavailable, QuestionRejected
from service.gateway import Gateway
from service.identity import Identity
from service.opened import Opened, open_article

Telling = Callable[[Sentence], Awaitable[None]]


class Desk(Protocol):
    """Answers one asker."""

    @property
    def base(self) -> str:
        """The address that links of an answer are relative to; empty where there is none."""
        ...

    async def ask(self, question: str, conversation_id: str | None, language: str | None, tell: Telling) -> Answer:
        """The whole answer; `tell` may hear of each sentence as soon as it is final.

        Raises:
            FootnoteError: there is none; the message says why.
        """
        ...

    async def search(self, question: str, limit: int) -> Sequence[FoundPassage]:
        """The hits, best first. Raises as `ask` does."""
        ...

    async def open(self, article_id: str, version: int | None) -> Opened:
        """A version of an article; None for the current one. Raises as `open_article` does."""
        ...


class Here:
    """Asks an engine of this process."""

    def __init__(self, gateway: Gateway, catalogue: Catalogue, asker: Identity, base: str) -> None:
        self._gateway, self._catalogue, self._asker, self._base = gateway, catalogue, asker, base

    @property
    def base(self) -> str:
        """See `Desk.base`."""
        return self._base

    async def ask(self, question: str, conversation_id: str | None, language: str | None, tell: Telling) -> Answer:
        """See `Desk.ask`."""
        asked = Question(question, self._asker.groups, language, conversation_id)
        async with aclosing(await self._gateway.stream(self._asker, asked)) as events:
            async for event in events:
                match event:
                    case Settled():
                        await tell(event.sentence)
                    case Completed():
                        return event.answer
                    case Failed():
                        kind = QuestionRejected if event.status == 422 else IndexUnavailable
                        raise kind(event.detail)
        raise IndexUnavailable("The answer broke off: ask again.")

    async def search(self, question: str, limit: int) -> Sequence[FoundPassage]:
        """See `Desk.search`."""
        return await self._gateway.search(self._asker, question, self._asker.groups, limit)

    async def open(self, article_id: str, version: int | None) -> Opened:
        """See `Desk.open`."""
        return await asyncio.to_thread(open_article, self._catalogue, self._asker, article_id, version)


class There:
    """Asks a service as the owner of its data folder, whose catalogue any number of processes may read."""

    def __init__(self, owner: Callable[[], Running], catalogue: Catalogue, asker: Identity) -> None:
        """`owner` finds the service that owns the folder now: it may have been started anew."""
        self._owner, self._catalogue, self._asker = owner, catalogue, asker
        self._service = owner()

    @property
    def base(self) -> str:
        """See `Desk.base`."""
        return self._service.address

    async def ask(self, question: str, conversation_id: str | None, language: str | None, tell: Telling) -> Answer:
        """See `Desk.ask`; its sentences are told at the end."""
        body = {"question": question, "conversation_id": conversation_id, "language": language}
        answer = TypeAdapter(Answer).validate_python(await self._post("/v1/ask", body))
        for sentence in answer.sentences:
            await tell(sentence)
        return answer

    async def search(self, question: str, limit: int) -> Sequence[FoundPassage]:
        """See `Desk.search`."""
        found = await self._post("/v1/search", {"question": question, "limit": limit})
        return TypeAdapter(list[FoundPassage]).validate_python(found["hits"])

    async def open(self, article_id: str, version: int | None) -> Opened:
        """See `Desk.open`."""
        return await asyncio.to_thread(open_article, self._catalogue, self._asker, article_id, version)

    async def _post(self, path: str, body: dict[str, Any]) -> Any:
        return await asyncio.to_thread(self._called, path, body | {"filters": {"groups": list(self._asker.groups)}})

    def _called(self, path: str, body: dict[str, Any]) -> Any:
        try:
            try:
                return Remote(self._service).call("POST", path, body)
            except TransientError:
                self._service = self._owner()
                return Remote(self._service).call("POST", path, body)
        except TransientError:
            raise
        except FootnoteError as error:
            raise QuestionRejected(str(error)) from None  # the service's own sentence, written for who asks
