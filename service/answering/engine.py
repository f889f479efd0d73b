"""The one core: a question in, events out. Every channel renders these events."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from functools import partial

from ingest.errors import FootnoteError
from ingest.index import Index
from ingest.language import language_of
from service.answer import (
    Answer,
    AnswerEvent,
    Completed,
    Failed,
    FoundPassage,
    Question,
    Started,
)
from service.answering.caching import AnswerCache
from service.answering.compose import Draft
from service.answering.making import Making
from service.answering.outcome import answered_back
from service.answering.question import checked
from service.answering.verifying.judging import Judging, judging_from
from service.conversations.condense import SECONDS as CONDENSING
from service.conversations.condense import standalone
from service.conversations.courtesy import courtesy
from service.conversations.store import Conversations
from service.conversations.told import told
from service.conversations.turn import Turn
from service.errors import IndexUnavailable, QuestionRejected
from service.limits.budget import Budget
from service.models import Breakers, ChatModel, Usage, breakers_from, chat_models_from
from service.models.breaker import CHROMA
from service.models.guarded import Guarded
from service.retrieval.rerank import reranking_from
from service.retrieval.search import Retriever
from service.settings import Settings
from service.telemetry.stages import staged

_KEPT_WITHIN = 0.1
# Of the time that is left; the rest is for the answer.
_CONDENSING_SHARE = 0.3
# Each costs an answer its whole time-out, and several are asked for in one.
_EMBEDDING_FAILURES = 2
_log = logging.getLogger(__name__)
# A Chroma server that does not answer is tried again soon: it costs an answer little to find out.
_CHROMA_FAILURES, _CHROMA_SECONDS = 3, 5.0


class AnswerEngine:
    """Answers questions over one index."""

    def __init__(
        self,
        retriever: Retriever,
        index: Index,
        chats: Sequence[ChatModel],
        settings: Settings,
        keep_unsupported: bool = False,
        conversations: Conversations | None = None,
        judging: Judging | None = None,
        cache: AnswerCache | None = None,
        breakers: Breakers | None = None,
        budget: Budget | None = None,
    ) -> None:
        """Each of `chats` writes where the one before it fails; `breakers` are those of the models.

        Past its `budget` none of them is asked.
        """
        self._retriever, self._settings, self.cache = retriever, settings, cache
        self._chats, self._conversations = chats, conversations
        self.breakers, self._budget = breakers or breakers_from(settings), budget
        self._making = Making(retriever, index, chats, settings.answer, keep_unsupported, judging)

    def check(self, question: Question) -> str:
        """The question's text, ready to be asked.

        Raises:
            QuestionRejected: it cannot be asked as it is.
        """
        return checked(question.text, self._settings.answer.question_characters, question.language)

    def warm(self) -> None:
        """Load what the first question would wait for. Blocking."""
        self._retriever.warm()
        for chat in self._chats:
            chat.warm()

    async def search(
        self,
        question: str,
        groups: Sequence[str],
        limit: int,
        asked_on: str | None = None,
        asker: str | None = None,
    ) -> tuple[FoundPassage, ...]:
        """The hits alone, best first. What a reranker costs is counted for `asker`, as with a question."""
        text = checked(question, self._settings.answer.question_characters)
        reserved = await self._budget.reserve(asker) if self._budget and self._retriever.spends else None
        used, granted = Usage(), reserved is None or reserved.granted
        try:
            found = await asyncio.to_thread(self._retriever.search, text, groups, limit, asked_on, spend=granted)
            used = found.usage or used
        finally:
            if self._budget is not None and reserved is not None:
                self._budget.settle(reserved, used)
        return tuple(
            FoundPassage(
                h.article.id,
                h.chunk.id,
                h.article.title,
                h.chunk.section,
                h.chunk.text,
                h.chunk.start,
                h.chunk.end,
                round(h.score, 6),
            )
            for h in found.hits
        )

    async def answer(self, question: Question) -> Answer:
        """A fold over `stream`.

        Raises:
            QuestionRejected, IndexUnavailable, TransientError: there is no answer; the message says why.
        """
        async with aclosing(self._events(question)) as events:
            async for event in events:
                if isinstance(event, Completed):
                    return event.answer
        raise IndexUnavailable("The answer broke off: ask again.")

    async def stream(self, question: Question) -> AsyncGenerator[AnswerEvent, None]:
        """Events of one answer; ends with `completed` or `failed`."""
        try:
            async with aclosing(self._events(question)) as events:
                async for event in events:
                    yield event
        except QuestionRejected as error:
            yield Failed("The question cannot be asked", str(error), 422)
        except FootnoteError as error:
            yield Failed("The articles cannot be searched now", str(error), 503)

    async def _events(self, question: Question) -> AsyncGenerator[AnswerEvent, None]:
        text = self.check(question)
        language = question.language or language_of(text)
        draft = Draft(
            answer_id=f"ans_{secrets.token_hex(12)}",
            conversation_id=question.conversation_id or f"con_{secrets.token_hex(12)}",
            question=text,
            language=language,
            public_url=self._settings.public_url,
            ends=time.monotonic() + self._settings.chat.timeout,
        )
        yield Started(draft.answer_id, draft.conversation_id, text, language)
        reserved = await self._budget.reserve(question.asker) if self._budget and self._chats else None
        draft.spends = reserved is None or reserved.granted
        try:
            await self._condense(draft, question)
            async with aclosing(self._answered(draft, question)) as events:
                async for event in events:
                    if isinstance(event, Completed):
                        await self._keep(question, event.answer)
                    yield event
        finally:
            if self._budget is not None and reserved is not None:
                self._budget.settle(reserved, draft.used)

    def _answered(self, draft: Draft, question: Question) -> AsyncGenerator[AnswerEvent, None]:
        """Everything after `started`: made before, or made now."""
        if self.cache is None or courtesy(draft.question) is not None:
            return self._made(draft, question)
        return self.cache.events(draft, question, partial(self._made, draft, question))

    async def again(self, question: Question, before: Answer) -> Answer:
        """Answer what was answered before, as it stood alone then, from the generation it was answered from.

        Nothing is kept, and nothing that was is given again. Raises as `answer` does.
        """
        draft = Draft(
            answer_id=f"ans_{secrets.token_hex(12)}",
            conversation_id=before.conversation_id,
            question=before.question,
            language=before.language,
            public_url=self._settings.public_url,
            ends=time.monotonic() + self._settings.chat.timeout,
            standalone=before.standalone_question,
            generation=before.receipt.generation,
        )
        async with aclosing(self._made(draft, question)) as events:
            async for event in events:
                if isinstance(event, Completed):
                    return event.answer
        raise IndexUnavailable("The answer broke off: ask again.")

    async def _made(self, draft: Draft, question: Question) -> AsyncGenerator[AnswerEvent, None]:
        """Everything after `started`; what is only courtesy is answered without a search."""
        kind = courtesy(draft.question)
        if kind is not None:
            yield Completed(answered_back(draft, kind))
            return
        async with aclosing(self._making.events(draft, question)) as events:
            async for event in events:
                yield event

    @staged("condense")
    async def _condense(self, draft: Draft, question: Question) -> None:
        """Let a follow-up stand alone."""
        most = self._settings.answer.history
        if not most or (question.conversation_id is None and not question.history):
            return
        began = time.perf_counter()
        try:
            turns = await asyncio.to_thread(self._before, question, most)
        except FootnoteError as error:
            _log.warning("The turns before a question could not be read. %s", error)
            return
        if not turns:
            return
        if draft.language == "und":
            draft.language = turns[-1].answer.language
        chat = self._chats[0] if self._chats and draft.spends else None
        seconds = min(CONDENSING, draft.left() * _CONDENSING_SHARE)
        draft.standalone = await standalone(draft.question, turns, chat, draft.language, seconds, draft.count)
        draft.timings["condense"] = (time.perf_counter() - began) * 1000

    def _before(self, question: Question, most: int) -> Sequence[Turn]:
        """The turns that a follow-up is read against, oldest first. Blocking."""
        if question.history or question.conversation_id is None:
            return told(question.history[-most:])
        if self._conversations is None:
            return ()
        return self._conversations.before(question, most)

    @staged("keep")
    async def _keep(self, question: Question, answer: Answer) -> None:
        """Keep an answer. One that takes long is written behind the reader's back: it is sent now."""
        if self._conversations is not None:
            written = asyncio.wrap_future(self._conversations.keep(question, answer))
            await asyncio.wait({written}, timeout=_KEPT_WITHIN)


def build_engine(
    settings: Settings,
    index: Index,
    keep_unsupported: bool = False,
    conversations: Conversations | None = None,
    caching: bool = False,
    budget: Budget | None = None,
) -> AnswerEngine:
    """An engine over an open index, with the configured models; `keep_unsupported` as `Generator` has it.

    With `caching` it gives answers again, unless the settings say otherwise. What its models cost is counted in
    `budget`.

    Raises:
        SettingsError: a model that is configured by its path cannot be loaded.
    """
    breakers = breakers_from(settings)
    embedding = None
    if settings.embedding.provider == "openai":
        embedding = Guarded(breakers.of("embedding", _EMBEDDING_FAILURES), settings.embedding.question_timeout)
    chroma = None
    if settings.chroma_url is not None:
        chroma = Guarded(breakers.of(CHROMA, _CHROMA_FAILURES, _CHROMA_SECONDS), settings.chroma_timeout, "Chroma")
    retriever = Retriever(index, reranking_from(settings, breakers), embedding, chroma)
    chats, judging = chat_models_from(settings, breakers), judging_from(settings, breakers)
    cache = AnswerCache(index.catalogue.fingerprint, settings.cache) if caching and settings.cache.enabled else None
    return AnswerEngine(
        retriever, index, chats, settings, keep_unsupported, conversations, judging, cache, breakers, budget
    )
