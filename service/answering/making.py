"""How one answer is made: searched for, decided on, written or quoted, held against what disagrees, and completed."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from functools import partial

from ingest.index import Index
from prompts import phrase
from service.answer import AnswerEvent, Completed, Question, Settled, Source, Sources
from service.answering.about import byline_for, with_first
from service.answering.compose import FELL_BACK, Draft, link_to
from service.answering.conflicts import conflicts
from service.answering.deciding.decline import Verdict
from service.answering.deciding.weighing import weighed
from service.answering.extractive import extract, quote_byline, quote_section
from service.answering.generative import Generator
from service.answering.named_section import section_for
from service.answering.outcome import declined, finished
from service.answering.verifying.judging import Judging
from service.errors import ModelUnavailable
from service.models import ChatModel
from service.retrieval.evidence import Passage
from service.retrieval.found import Found
from service.retrieval.search import Retriever
from service.settings import AnswerSettings
from service.telemetry.stages import staged

# Deeper than any answer needs, so that dropping repeats still leaves enough.
_HITS = 100
# Searches at once: what works here only gets in its own way with more threads than processors.
_SEARCHING, _SEARCHING_WAITING = max(2, os.cpu_count() or 2), 32
# How the note begins that says why the first chat model's answer was given up for that of the second.
_SECOND = "asked the second chat model: "


class Making:
    """Makes answers over one index, with chat models or without."""

    def __init__(
        self,
        retriever: Retriever,
        index: Index,
        chats: Sequence[ChatModel],
        settings: AnswerSettings,
        keep_unsupported: bool = False,
        judging: Judging | None = None,
    ) -> None:
        """Each of `chats` writes where the one before it fails; `keep_unsupported` as `Generator` has it."""
        self._retriever, self._index, self._settings = retriever, index, settings
        self._searching = asyncio.Semaphore(_SEARCHING_WAITING if retriever.waits else _SEARCHING)
        self._writers = [Generator(chat, retriever, settings, keep_unsupported, judging) for chat in chats]

    async def events(self, draft: Draft, question: Question) -> AsyncGenerator[AnswerEvent, None]:
        """Everything after `started`: `draft.standalone` is what is searched for and answered.

        What was shown of an answer that is then given up cannot be taken back by more of the same: whatever takes its
        place is made quietly, and `completed` replaces it all.
        """
        asked = draft.standalone
        began = time.perf_counter()
        async with self._searching:
            found, evidence, verdict, articles = await asyncio.to_thread(self._sought, draft, question)
        byline = byline_for(asked, found, articles)
        section = section_for(asked, found) if byline is None else None
        if named := byline or section:
            evidence = with_first(named, evidence)
        draft.note_search(found, evidence)
        draft.chance, draft.lacking, draft.open = verdict.chance, verdict.missing, verdict.open
        draft.notes.extend(verdict.notes)
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
        if named is None and not verdict.answerable:
            yield Completed(declined(draft, evidence, articles))
            return

        shown = False
        if self._writers and not draft.spends:
            draft.notes.append("no chat model was asked: the budget of the day is used up")
            draft.notices.append(phrase("budget_spent", draft.language))
        for number, writer in enumerate(self._writers if draft.spends else (), 1):
            began = time.perf_counter()
            quietly = shown
            try:
                async with aclosing(writer.events(draft, evidence)) as written:
                    async for event in written:
                        shown = True
                        if not quietly:
                            yield event
            except ModelUnavailable as error:
                last = number == len(self._writers)
                draft.restart(f"{FELL_BACK if last else _SECOND}{error}")
                if last:
                    draft.notices.append(phrase("model_failed", draft.language))
                continue
            finally:
                draft.timings["generate"] = draft.timings.get("generate", 0) + (time.perf_counter() - began) * 1000
            for event in await asyncio.to_thread(self._disagreeing, draft, evidence, found):
                if not quietly:
                    yield event
            yield Completed(finished(draft, evidence, articles, "generative"))
            return
        began = time.perf_counter()
        settled: AsyncIterator[AnswerEvent]
        most = self._settings.sentences
        if byline is not None:
            settled = quote_byline(draft, byline)
        elif section is not None:
            settled = quote_section(draft, section, most)
        else:
            settled = extract(draft, evidence, found, self._retriever, most, verdict)
        async for event in settled:
            if not shown:
                yield event
        draft.timings["extract"] = (time.perf_counter() - began) * 1000
        for event in await asyncio.to_thread(self._disagreeing, draft, evidence, found):
            if not shown:
                yield event
        yield Completed(finished(draft, evidence, articles, "extractive"))

    @staged("conflicts")
    def _sought(self, draft: Draft, question: Question) -> tuple[Found, list[Passage], Verdict, int]:
        asked, groups = draft.standalone, question.groups
        found = self._retriever.search(
            asked, groups, _HITS, question.asked_on, draft.generation, draft.left(), draft.spends
        )
        evidence, verdict = weighed(asked, found, groups, self._retriever, self._settings.evidence)
        return found, evidence, verdict, self._index.catalogue.count_articles(groups)

    def _disagreeing(self, draft: Draft, evidence: Sequence[Passage], found: Found) -> list[Settled]:
        began = time.perf_counter()
        embed = partial(self._retriever.embed, build=found.build)
        settled = list(conflicts(draft, evidence, found, embed))
        draft.timings["conflicts"] = (time.perf_counter() - began) * 1000
        return settled
