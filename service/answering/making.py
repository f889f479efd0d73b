"""How one answer is made: searched for, decided on, written or quoted, held against what disagrees, and completed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from functools import partial

from ingest.index import Index
from service.answer import AnswerEvent, Completed, Question, Settled, Source, Sources
from service.answering.about import byline_for, with_byline
from service.answering.compose import Draft, link_to
from service.answering.conflicts import conflicts
from service.answering.deciding.weighing import weighed
from service.answering.extractive import extract, quote_byline
from service.answering.generative import Generator
from service.answering.outcome import declined, finished
from service.answering.verifying.judging import Judging
from service.errors import ModelUnavailable
from service.models import ChatModel
from service.retrieval.evidence import Passage
from service.retrieval.found import Found
from service.retrieval.search import Retriever
from service.settings import AnswerSettings

# Deeper than any answer needs, so that dropping repeats still leaves enough.
_HITS = 100


class Making:
    """Makes answers over one index, with a chat model or without."""

    def __init__(
        self,
        retriever: Retriever,
        index: Index,
        chat: ChatModel | None,
        settings: AnswerSettings,
        keep_unsupported: bool = False,
        judging: Judging | None = None,
    ) -> None:
        """`keep_unsupported` as `Generator` has it."""
        self._retriever, self._index, self._settings = retriever, index, settings
        self._generator = None
        if chat is not None:
            self._generator = Generator(chat, retriever, settings, keep_unsupported, judging)

    async def events(self, draft: Draft, question: Question) -> AsyncGenerator[AnswerEvent, None]:
        """Everything after `started`: `draft.standalone` is what is searched for and answered."""
        asked, groups, most = draft.standalone, question.groups, self._settings.evidence
        began = time.perf_counter()
        found = await asyncio.to_thread(
            self._retriever.search, asked, groups, _HITS, question.asked_on, draft.generation
        )
        evidence, verdict = await asyncio.to_thread(weighed, asked, found, groups, self._retriever, most)
        articles = await asyncio.to_thread(self._index.catalogue.count_articles, groups)
        byline = byline_for(asked, found, articles)
        if byline is not None:
            evidence = with_byline(byline, evidence)
        draft.note_search(found, evidence)
        draft.chance, draft.lacking, draft.open = verdict.chance, verdict.missing, verdict.open
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

        if self._generator is not None:
            began = time.perf_counter()
            try:
                async with aclosing(self._generator.events(draft, evidence)) as written:
                    async for event in written:
                        yield event
                draft.timings["generate"] = (time.perf_counter() - began) * 1000
                for event in await asyncio.to_thread(self._disagreeing, draft, evidence, found):
                    yield event
                yield Completed(finished(draft, evidence, articles, "generative"))
                return
            except ModelUnavailable as error:
                draft.restart(str(error))
                draft.timings["generate"] = (time.perf_counter() - began) * 1000
        began = time.perf_counter()
        settled: AsyncIterator[AnswerEvent]
        if byline is not None:
            settled = quote_byline(draft, byline)
        else:
            most = self._settings.sentences
            settled = extract(draft, evidence, found, self._retriever, most, verdict)
        async for event in settled:
            yield event
        draft.timings["extract"] = (time.perf_counter() - began) * 1000
        for event in await asyncio.to_thread(self._disagreeing, draft, evidence, found):
            yield event
        yield Completed(finished(draft, evidence, articles, "extractive"))

    def _disagreeing(self, draft: Draft, evidence: Sequence[Passage], found: Found) -> list[Settled]:
        began = time.perf_counter()
        embed = partial(self._retriever.embed, build=found.build)
        settled = list(conflicts(draft, evidence, found, embed))
        draft.timings["conflicts"] = (time.perf_counter() - began) * 1000
        return settled
