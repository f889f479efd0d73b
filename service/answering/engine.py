"""The one core: a question in, events out. Every channel renders these events."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Sequence

from ingest.errors import FootnoteError
from ingest.index import Index
from ingest.language import language_of
from service.answer import (
    Answer,
    AnswerEvent,
    Completed,
    Failed,
    Question,
    Source,
    Sources,
    Started,
)
from service.answering.compose import Draft, declined, link_to
from service.answering.decline import can_answer
from service.answering.extractive import extract
from service.answering.generative import Generator
from service.answering.question import checked
from service.errors import IndexUnavailable, ModelUnavailable, QuestionRejected
from service.models import ChatModel, chat_model_from
from service.retrieval.evidence import evidence_from
from service.retrieval.search import Hit, Retriever
from service.settings import Settings

# Deeper than any answer needs, so that dropping repeats still leaves enough.
_HITS = 20


class AnswerEngine:
    """Answers questions over one index."""

    def __init__(self, retriever: Retriever, index: Index, chat: ChatModel | None, settings: Settings) -> None:
        self._retriever, self._index, self._settings = retriever, index, settings
        self._generator = Generator(chat, retriever) if chat is not None else None

    def check(self, question: Question) -> str:
        """The question's text, ready to be asked.

        Raises:
            QuestionRejected: it cannot be asked as it is.
        """
        return checked(question.text, self._settings.answer.question_characters, question.language)

    def warm(self) -> None:
        """Load what the first question would wait for. Blocking."""
        self._retriever.warm()

    async def search(self, question: str, groups: Sequence[str], limit: int) -> tuple[Hit, ...]:
        """The hits alone, best first."""
        text = checked(question, self._settings.answer.question_characters)
        return (await asyncio.to_thread(self._retriever.search, text, groups, limit)).hits

    async def answer(self, question: Question) -> Answer:
        """A fold over `stream`.

        Raises:
            QuestionRejected, IndexUnavailable, TransientError: there is no answer; the message says why.
        """
        async for event in self._events(question):
            if isinstance(event, Completed):
                return event.answer
        raise IndexUnavailable("The answer broke off: ask again.")

    async def stream(self, question: Question) -> AsyncIterator[AnswerEvent]:
        """Events of one answer; ends with `completed` or `failed`."""
        try:
            async for event in self._events(question):
                yield event
        except QuestionRejected as error:
            yield Failed("The question cannot be asked", str(error), 422)
        except FootnoteError as error:
            yield Failed("The articles cannot be searched now", str(error), 503)

    async def _events(self, question: Question) -> AsyncIterator[AnswerEvent]:
        text = self.check(question)
        language = question.language or language_of(text)
        draft = Draft(
            answer_id=f"ans_{secrets.token_hex(12)}",
            conversation_id=question.conversation_id or f"con_{secrets.token_hex(12)}",
            question=text,
            language=language,
            public_url=self._settings.public_url,
        )
        yield Started(draft.answer_id, draft.conversation_id, text, language)

        began = time.perf_counter()
        found = await asyncio.to_thread(self._retriever.search, text, question.groups, _HITS)
        evidence = evidence_from(found.hits, self._settings.answer.evidence)
        draft.note_search(found, evidence, self._index.generation.id if self._index.generation else None)
        draft.timings["search"] = (time.perf_counter() - began) * 1000
        yield Sources(
            tuple(
                Source(p.number, p.article.id, p.article.title, p.article.published_at, link_to(p, p.start, p.end, draft.public_url))
                for p in evidence
            )
        )

        verdict = can_answer(text, evidence, found.weights)
        if not verdict.answerable:
            counts = await asyncio.to_thread(self._index.catalogue.counts)
            yield Completed(declined(draft, evidence, counts[0]))
            return

        began = time.perf_counter()
        if self._generator is not None:
            try:
                async for event in self._generator.events(draft, evidence):
                    yield event
                draft.timings["generate"] = (time.perf_counter() - began) * 1000
                if draft.sentences:
                    yield Completed(draft.finished("generative"))
                else:
                    counts = await asyncio.to_thread(self._index.catalogue.counts)
                    yield Completed(declined(draft, evidence, counts[0], mode="generative"))
                return
            except ModelUnavailable as error:
                draft.restart(str(error))
        async for settled in extract(draft, evidence, found, self._retriever, self._settings.answer.sentences, verdict.across):
            yield settled
        draft.timings["extract"] = (time.perf_counter() - began) * 1000
        if draft.sentences:
            yield Completed(draft.finished("extractive"))
        else:
            counts = await asyncio.to_thread(self._index.catalogue.counts)
            yield Completed(declined(draft, evidence, counts[0]))


def build_engine(settings: Settings, index: Index) -> AnswerEngine:
    """An engine over an open index, with the configured chat model."""
    return AnswerEngine(Retriever(index), index, chat_model_from(settings), settings)
