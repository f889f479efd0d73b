"""Answers without a chat model: exact sentences, framed in the asker's language where theirs is another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from functools import partial

from ingest.language import is_cjk
from prompts import phrase
from service.answer import Settled
from service.answering.cite import Quote
from service.answering.compose import Draft
from service.answering.deciding.decline import Verdict
from service.answering.named_section import quotable
from service.answering.sentence_choice import choose
from service.answering.verifying.verify import Check
from service.retrieval.evidence import Passage
from service.retrieval.found import Found
from service.retrieval.search import Retriever
from service.telemetry.stages import staged


@staged("extract")
async def extract(
    draft: Draft, evidence: Sequence[Passage], found: Found, retriever: Retriever, most: int, verdict: Verdict
) -> AsyncIterator[Settled]:
    """Settle the sentences that answer best; of each answerable question, where several are asked at once."""
    embed = partial(retriever.embed, build=found.build)
    asked = {one: found.parts[one] for one in verdict.answered} or {draft.standalone: found}
    given: set[tuple[str, int]] = set()
    for one, own in asked.items():
        share = max(1, most // len(asked))
        for choice in await asyncio.to_thread(choose, one, evidence, own, share, verdict.across, embed):
            if (choice.passage.article.id, choice.start) not in given:
                given.add((choice.passage.article.id, choice.start))
                yield _settled(draft, Quote(choice.passage, choice.start, choice.end))


async def quote_byline(draft: Draft, byline: Passage) -> AsyncIterator[Settled]:
    """Settle the byline alone."""
    yield _settled(draft, Quote(byline, byline.start, byline.end))


async def quote_section(draft: Draft, section: Passage, most: int) -> AsyncIterator[Settled]:
    """Settle the sentences that a section begins with."""
    for start, end in quotable(section)[:most]:
        yield _settled(draft, Quote(section, start, end))


def _settled(draft: Draft, quote: Quote) -> Settled:
    article, text = quote.passage.article, quote.text
    if is_cjk(article.language) != is_cjk(draft.language):
        language = _called(article.language, draft.language)
        text = phrase("quoted", draft.language, title=article.title, language=language, quote=text)
    return draft.settle(text, [quote], Check("supported", 1.0))


def _called(language: str, to: str) -> str:
    try:
        return phrase(f"language_{language}", to)
    except KeyError:
        return phrase("language_other", to)
