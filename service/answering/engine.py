"""The one core: a question in, events out. Every channel renders these events."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from ingest.errors import FootnoteError
from ingest.index import Index
from ingest.language import is_cjk, language_of
from service.answer import (
    Answer,
    AnswerEvent,
    Completed,
    Failed,
    FoundPassage,
    Question,
    Source,
    Sources,
    Started,
)
from service.answering.about import byline_for, with_byline
from service.answering.compose import Draft, declined, link_to
from service.answering.decline import Verdict, can_answer
from service.answering.extractive import extract, quote_byline
from service.answering.generative import Generator
from service.answering.question import checked
from service.errors import IndexUnavailable, ModelUnavailable, QuestionRejected
from service.models import ChatModel, chat_model_from
from service.retrieval.evidence import Passage, evidence_from
from service.retrieval.search import Found, Retriever
from service.settings import Settings

# Deeper than any answer needs, so that dropping repeats still leaves enough.
_HITS = 100
_OWN = 40


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

    async def search(self, question: str, groups: Sequence[str], limit: int) -> tuple[FoundPassage, ...]:
        """The hits alone, best first."""
        text = checked(question, self._settings.answer.question_characters)
        found = await asyncio.to_thread(self._retriever.search, text, groups, limit)
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
        )
        yield Started(draft.answer_id, draft.conversation_id, text, language)

        began = time.perf_counter()
        found = await asyncio.to_thread(self._retriever.search, text, question.groups, _HITS)
        evidence, verdict = await asyncio.to_thread(self._weighed, text, found, question.groups)
        articles = await asyncio.to_thread(self._index.catalogue.count_articles, question.groups)
        byline = byline_for(text, found, articles)
        if byline is not None:
            evidence = with_byline(byline, evidence)
        draft.note_search(found, evidence)
        draft.timings["search"] = (time.perf_counter() - began) * 1000
        yield Sources(
            tuple(
                Source(
                    p.number,
                    p.article.id,
                    p.article.title,
                    p.article.published_at,
                    link_to(p, p.start, p.end, draft.public_url),
                )
                for p in evidence
            )
        )
        if byline is None and not verdict.answerable:
            yield Completed(declined(draft, evidence, articles))
            return

        began = time.perf_counter()
        if self._generator is not None:
            try:
                async with aclosing(self._generator.events(draft, evidence)) as written:
                    async for event in written:
                        yield event
                draft.timings["generate"] = (time.perf_counter() - began) * 1000
                if draft.sentences:
                    yield Completed(draft.finished("generative"))
                else:
                    yield Completed(declined(draft, evidence, articles, mode="generative"))
                return
            except ModelUnavailable as error:
                draft.restart(str(error))
                draft.timings["generate"] = (time.perf_counter() - began) * 1000
                began = time.perf_counter()
        if byline is not None:
            settled = quote_byline(draft, byline)
        else:
            most = self._settings.answer.sentences
            settled = extract(draft, evidence, found, self._retriever, most, verdict.across)
        async for event in settled:
            yield event
        draft.timings["extract"] = (time.perf_counter() - began) * 1000
        if draft.sentences:
            yield Completed(draft.finished("extractive"))
        else:
            yield Completed(declined(draft, evidence, articles))

    def _weighed(self, question: str, found: Found, groups: Sequence[str]) -> tuple[list[Passage], Verdict]:
        """The evidence in the question's own script if that can answer, else that in another, else the first."""
        script = is_cjk(language_of(question))
        own = [h for h in found.hits if is_cjk(h.article.language) == script][:_OWN]
        most = self._settings.answer.evidence
        generation = found.build.generation
        embedder = generation.embedder if generation else None
        evidence = evidence_from(own, most)
        verdict = can_answer(question, evidence, found.weights, embedder)
        if verdict.answerable:
            return evidence, verdict
        across = evidence_from(self._retriever.across(question, groups, found), most)
        if not across:
            return evidence, verdict
        other = can_answer(question, across, found.weights, embedder, second=bool(evidence))
        return (across, other) if other.answerable or not evidence else (evidence, verdict)


def build_engine(settings: Settings, index: Index) -> AnswerEngine:
    """An engine over an open index, with the configured chat model."""
    return AnswerEngine(Retriever(index), index, chat_model_from(settings), settings)
