"""Where cited articles disagree, the answer shows both, with their dates: only where that is sure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from ingest.article import Article
from ingest.embedding import Vectors
from ingest.language import is_cjk, language_of
from ingest.sentences import sentences
from ingest.terms import terms
from prompts import phrase
from service.answer import Citation, Conflict, Settled
from service.answering.cite import Quote
from service.answering.compose import Draft
from service.answering.deciding import question_kind as kind
from service.answering.disagreement import Difference, difference, may_differ
from service.answering.measures import measures
from service.answering.orders import without_orders
from service.answering.quantities import in_digits
from service.answering.verifying.verify import Check, check
from service.retrieval.editions import superseded
from service.retrieval.evidence import Passage
from service.retrieval.found import Found
from service.retrieval.weights import TermWeights

Embed = Callable[[Sequence[str]], Vectors | None]

_HITS = 20
_MOST = 3
# Share of the question's weight that one side may have and the other not: what is asked for has to stand in both.
_UNEVEN = 0.12
_COVERED = 0.3
_ALIKE_ALONE = 0.8
# Across languages, once the number is made the same. Of XQuAD's sentences that measure one thing in the same unit
# (English and Chinese), 0.85 passes 8 of 17 true pairs and none of 170 false ones, 0.83 passes 13 and 1. So many are
# compared: each costs an embedding.
_SAME_ACROSS, _COMPARED = 0.85, 3
_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")
_RELATIVE = re.compile(
    r"\b(?:this|last|next|past|previous|current) (?:year|month|week|quarter|season|summer|winter|spring|autumn|\d+)\b"
    r"|\b(?:today|yesterday|tomorrow|recently)\b|[今去明前][年天日]|[本上下](?:年|个?月|周|季度)|昨[天日]|最近|近日",
    re.IGNORECASE,
)
_WANTS_DATE = re.compile(
    r"\b(?:dates?|deadline|days?|years?|months?|until|by when)\b|日期|时间|期限|截止|[年月日]", re.IGNORECASE
)
_WANTS_NAME = re.compile(
    r"\b(?:who|whom|whose|where|which|what)\b|谁|哪|什么(?!时候|时间)|何[处人地]|叫什么", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Disagreeing:
    citation: Citation
    own: Quote
    other: Quote
    about: str


class _LookedAt:
    """A passage that may disagree; what is no order in it is read when it is first asked for."""

    def __init__(self, passage: Passage) -> None:
        self.passage = passage

    @cached_property
    def sentences(self) -> list[Quote]:
        return [
            Quote(p, s.start, s.end)
            for p in without_orders([self.passage])
            for s in sentences(p.article.text, p.start, p.end)
        ]


def conflicts(draft: Draft, evidence: Sequence[Passage], found: Found, embed: Embed) -> Iterator[Settled]:
    """Note what disagrees with the citations of a draft, and settle the side that is missing. Blocking."""
    known = {p.article.id: p for p in evidence}
    looked_at = [_LookedAt(p) for p in (*evidence, *_not_in_evidence(evidence, found))]
    told: set[frozenset[str]] = set()
    for citation in list(draft.citations):
        passage = known.get(citation.article_id)
        if passage is None or len(draft.conflicts) >= _MOST:
            continue
        for one in _disagreeing(draft.standalone, citation, passage, looked_at, found.weights, embed):
            pair = frozenset((citation.article_id, one.other.passage.article.id))
            if pair not in told:
                told.add(pair)
                yield _settled(draft, one)


def _disagreeing(
    question: str,
    citation: Citation,
    passage: Passage,
    looked_at: Sequence[_LookedAt],
    weights: TermWeights,
    embed: Embed,
) -> Iterator[_Disagreeing]:
    """At most one sentence of each other article, the most alike of what disagrees."""
    article = passage.article
    own = [Quote(passage, s.start, s.end) for s in sentences(article.text, citation.start, citation.end)]
    across: list[tuple[Quote, Quote, str]] = []
    for other in looked_at:
        its = other.passage
        if its.article.id == article.id:
            continue
        same_script = is_cjk(its.article.language) == is_cjk(article.language)
        if same_script and not any(may_differ(q.text, its.text) for q in own):
            continue
        for quote in other.sentences:
            for one in own:
                if not same_script:
                    alike = _measured_alike(question, one, quote)
                    if alike is not None:
                        across.append((one, quote, alike))
                    continue
                found = difference(one.text, quote.text)
                if found is not None and _same_thing(question, one, quote, found, weights):
                    yield _Disagreeing(citation, one, quote, found.shared)
    for one, quote, alike in across[:_COMPARED]:
        vectors = embed([one.text, alike])
        cosine = 0.0 if vectors is None else float(vectors[0] @ vectors[1])
        if cosine >= _SAME_ACROSS and check(one.text, [alike], cosine).support == "supported":
            yield _Disagreeing(citation, one, quote, question)


def _same_thing(question: str, one: Quote, other: Quote, found: Difference, weights: TermWeights) -> bool:
    """Whether two sentences that differ in one thing speak of what was asked, at the same time, in current articles."""
    own = one.passage.article
    if found.kind == "date" and not (kind.asks_when(question) or _WANTS_DATE.search(question)):
        return False
    asked = frozenset(weights.weights)
    slot = frozenset(terms(found.one)) | frozenset(terms(found.other))
    if found.kind == "name" and (not _WANTS_NAME.search(question) or slot & asked):
        return False
    if is_cjk(language_of(question)) != is_cjk(own.language):
        # The question's words say nothing here: the sentences have to be alike by themselves.
        alike = found.kind != "name" and found.alike >= _ALIKE_ALONE
        return (
            alike
            and _same_time(one, other, found.kind == "date")
            and not superseded("", [one.passage.article, other.passage.article])
        )
    # What is asked of one and not of the other is not asked of both, whatever their sentences share.
    covered, its_covered = (asked & frozenset(terms(_around(q))) for q in (one, other))
    uneven = weights.coverage_of((covered ^ its_covered) - slot)
    if uneven > _UNEVEN or min(weights.coverage_of(covered), weights.coverage_of(its_covered)) < _COVERED:
        return False
    return _same_time(one, other, dates=found.kind == "date") and not superseded(
        "", [one.passage.article, other.passage.article]
    )


def _same_time(one: Quote, other: Quote, dates: bool) -> bool:
    """Whether nothing says that two sentences are of different years."""
    for read in (lambda q: q.text, _heading) if not dates else (_heading,):
        years, others = (set(_YEAR.findall(read(q))) for q in (one, other))
        if years and others and years.isdisjoint(others):
            return False
    published = [(q.passage.article.published_at or "")[:4] for q in (one, other)]
    relative = any(_RELATIVE.search(q.text) for q in (one, other))
    return not relative or published[0] == published[1]


def _measured_alike(question: str, one: Quote, other: Quote) -> str | None:
    """A sentence in another language as it would be with this one's number, where each measures one thing differently.

    If that bears this sentence, the two disagree. None where they measure nothing alike, or the same.
    """
    if not kind.asks_how_many(question) or not _same_time(one, other, dates=False):
        return None
    own, its = measures(one.text), measures(other.text)
    apart = [unit for unit in own.keys() & its.keys() if own[unit] != its[unit]]
    if len(apart) != 1 or len(own[apart[0]]) != 1 or len(its[apart[0]]) != 1:
        return None
    if superseded("", [one.passage.article, other.passage.article]):
        return None
    (ours,), (theirs,) = own[apart[0]], its[apart[0]]
    return re.sub(rf"(?<![\d.]){re.escape(theirs)}(?![\d.])", ours, in_digits(other.text).replace(",", ""), count=1)


def _not_in_evidence(evidence: Sequence[Passage], found: Found) -> list[Passage]:
    """Further hits: what is nearly a repeat of the evidence is left out of it, and may differ in a number alone."""
    kept = {h.chunk.id for p in evidence for h in p.hits}
    return [
        Passage(1, h.article, h.chunk.version, h.chunk.start, h.chunk.end, (h,))
        for h in found.hits[:_HITS]
        if h.chunk.id not in kept
    ]


def _settled(draft: Draft, one: _Disagreeing) -> Settled:
    """Both sides in a sentence of their own, with their dates; the other side is quoted where it was not cited yet."""
    own, its = one.own.passage.article, one.other.passage.article
    cited = any(
        c.article_id == its.id and c.start <= one.other.start and one.other.end <= c.end for c in draft.citations
    )
    text = phrase(
        "conflict_both" if cited else "conflict_other",
        draft.language,
        title=own.title,
        date=_dated(own, draft.language),
        other=its.title,
        other_date=_dated(its, draft.language),
        quote=one.other.text,
    )
    first = next(c for c in draft.citations if c.number == one.citation.number)
    quotes = [Quote(one.own.passage, first.start, first.end), _cited_as(draft, one.other)]
    settled = draft.settle(text, quotes, Check("supported", 1.0))
    numbers = settled.sentence.citations[0], settled.sentence.citations[-1]
    dates = [(a.published_at or "")[:10] for a in (own, its)]
    newer = None if "" in dates or dates[0] == dates[1] else numbers[0] if dates[0] > dates[1] else numbers[1]
    draft.conflicts.append(Conflict(numbers, newer, one.about))
    return settled


def _cited_as(draft: Draft, quote: Quote) -> Quote:
    """The citation that holds a quote already, or the quote."""
    article = quote.passage.article.id
    for known in draft.citations:
        if known.article_id == article and known.start <= quote.start and quote.end <= known.end:
            return Quote(quote.passage, known.start, known.end)
    return quote


def _dated(article: Article, language: str) -> str:
    return (article.published_at or "")[:10] or phrase("undated", language)


def _heading(quote: Quote) -> str:
    return f"{quote.passage.article.title}\n{quote.passage.article.section_at(quote.start) or ''}"


def _around(quote: Quote) -> str:
    return f"{_heading(quote)}\n{quote.text}"
