"""A model's `[n]` becomes exact quotes in source n, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from ingest.embedding import Vectors
from ingest.sentences import Span, sentences
from service.answering.markers import Claim
from service.answering.verifying.bearing import share_of
from service.answering.verifying.spoken import numbers_in, said, spoken
from service.answering.verifying.verify import Check, check, same_script, weigh
from service.retrieval.evidence import Passage

Embed = Callable[[Sequence[str]], Vectors | None]

_MOST_QUOTES = 3
# Of the sentences those are weighed that have most of a claim's words, and at least this much: no other adds to it.
_WEIGHED, _LEAST = 8, 0.2
# What a further quote has to add to a claim: a number, or as many of its terms. A single word is chance.
_TERMS_TO_ADD = 2
_NUMBER_WEIGHT = 4.0


@dataclass(frozen=True, slots=True)
class Quote:
    """A span of an article."""

    passage: Passage
    start: int
    end: int

    @property
    def text(self) -> str:
        """The span itself."""
        return self.passage.article.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Cited:
    """A sentence with the quotes that bear it best, and how well they do."""

    text: str
    quotes: tuple[Quote, ...]
    check: Check


@dataclass(frozen=True, slots=True, eq=False)
class _Single:
    """A sentence, what of the claim stands in it, and how well it bears the claim alone."""

    quote: Quote
    terms: frozenset[str]
    numbers: frozenset[str]
    alone: Check


_Borne = tuple[tuple[Quote, ...], Check]
_NOTHING: _Borne = ((), Check("unsupported", 0.0))
_RANK = {"unsupported": 0, "partial": 1, "supported": 2}


def cite(claim: Claim, evidence: Sequence[Passage], embed: Embed) -> Cited:
    """Find up to three sentences that bear a claim together, in the sources that it names.

    Where those do not bear it, each other source is tried, alone and with them: small models often name the wrong one.
    """
    named = [p for p in evidence if p.number in claim.sources]
    found = _in(claim.text, named, embed)
    if found[1].support != "supported":
        others = [p for p in evidence if p not in named]
        tried = [_in(claim.text, [p], embed) for p in others]
        tried += [_by_words(claim.text, [*named, p]) for p in others] if named else []
        borne = [t for t in tried if t[1].support == "supported"]
        found = max(borne, key=lambda t: (-len(t[0]), t[1].score)) if borne else found
    return Cited(claim.text, *found)


def nearest(claim: Claim, evidence: Sequence[Passage], embed: Embed) -> tuple[Quote, ...]:
    """The sentences that come nearest to a claim that words do not bear, by words or else by meaning.

    Those of the sources that it names, where it names some. They are what a judge has to look at; there are none where
    the sentence that speaks most of the same denies the claim: without it a judge would not see that.
    """
    named = [p for p in evidence if p.number in claim.sources] or list(evidence)
    read = [p for p in named if same_script(claim.text, p.text)]
    near = _nearby(claim.text, read)
    if near and said(claim.text).asserted and weigh(claim.text, near[0].text).opposed:
        return ()
    quotes, _ = _by_words(claim.text, read)
    single = [q for p in named for q in _sentences_of(p)]
    vectors = embed([claim.text, *(q.text for q in single)]) if single and not quotes else None
    return quotes if vectors is None else (single[int((vectors[1:] @ vectors[0]).argmax())],)


def _in(claim: str, passages: Sequence[Passage], embed: Embed) -> _Borne:
    """What bears a claim in these passages; nothing where it is not borne at least in part."""
    read = [p for p in passages if same_script(claim, p.text)]
    quotes, verdict = _by_words(claim, read)
    for other in (p for p in passages if p not in read):
        quote, meant = _by_meaning(claim, other, embed)
        if meant.support == "unsupported" or (verdict.support == "supported" != meant.support):
            continue
        # What is only near a claim gives way to what bears it.
        kept = quotes if verdict.support == meant.support else ()
        quotes = (*kept, quote)[:_MOST_QUOTES]
        verdict = max(verdict, meant, key=lambda c: c.score) if kept else meant
    return (quotes, verdict) if verdict.support != "unsupported" else _NOTHING


def _by_words(claim: str, passages: Sequence[Passage]) -> _Borne:
    """The sentence that bears most of a claim, then those that add to it; and from each passage one that bears it."""
    sought = said(claim).weights
    near = _nearby(claim, passages)
    singles = [_single(claim, quote) for quote in near[:_WEIGHED]]
    if not singles:
        return _NOTHING

    def adds(single: _Single, to: Sequence[_Single]) -> float:
        """The weight of what a sentence adds to others; 0 where that is too little to show it."""
        terms = single.terms.difference(*(s.terms for s in to))
        more = single.numbers.difference(*(s.numbers for s in to))
        if not more and len(terms) < _TERMS_TO_ADD:
            return 0.0
        return sum(sought[t] for t in terms) + _NUMBER_WEIGHT * len(more)

    chosen = [max(singles, key=lambda s: (s.alone.score, adds(s, ())))]
    verdict = chosen[0].alone
    while len(chosen) < _MOST_QUOTES:
        more = max(singles, key=lambda s: adds(s, chosen))
        if not adds(more, chosen):
            break
        together = check(claim, [s.quote.text for s in (*chosen, more)])
        if together.score < verdict.score:
            break
        chosen.append(more)
        verdict = together
    for single in chosen[:-1]:
        rest = [s for s in chosen if s is not single]
        if not adds(single, rest):
            chosen, verdict = rest, check(claim, [s.quote.text for s in rest])
    for passage in passages:
        own = [s for s in singles if s.quote.passage is passage]
        if len(chosen) < _MOST_QUOTES and own and not any(s in own for s in chosen):
            best = max(own, key=lambda s: s.alone.score)
            chosen += [best] if best.alone.support == "supported" else []
    # What the sentence that speaks most of the same denies is not half true for what another one says.
    if verdict.support == "partial" and weigh(claim, near[0].text).opposed:
        return _NOTHING
    return _joined([s.quote for s in chosen], passages), verdict


def _nearby(claim: str, passages: Sequence[Passage]) -> list[Quote]:
    """The sentences that have some of a claim's words, those with most of them first."""
    sought = said(claim).weights
    read = [q for p in passages for q in _sentences_of(p) if same_script(claim, q.text)]
    near = [(share_of(sought, spoken(q.text)), q) for q in read]
    return [q for _, q in sorted((n for n in near if n[0] >= _LEAST or not sought), key=lambda n: -n[0])]


def _single(claim: str, quote: Quote) -> _Single:
    made = said(claim)
    return _Single(
        quote,
        spoken(quote.text).known & made.weights.keys(),
        numbers_in(quote.text) & made.numbers if made.numbers else made.numbers,
        check(claim, [quote.text]),
    )


def _joined(quotes: Sequence[Quote], passages: Sequence[Passage]) -> tuple[Quote, ...]:
    """In reading order, source by source; neighbours are one quote."""
    order = {id(p): i for i, p in enumerate(passages)}
    joined: list[Quote] = []
    for quote in sorted(quotes, key=lambda q: (order[id(q.passage)], q.start)):
        last = joined[-1] if joined else None
        if (
            last
            and last.passage is quote.passage
            and not any(c.isalnum() for c in quote.passage.article.text[last.end : quote.start])
        ):
            joined[-1] = Quote(quote.passage, last.start, quote.end)
        else:
            joined.append(quote)
    return tuple(joined)


def _by_meaning(claim: str, passage: Passage, embed: Embed) -> tuple[Quote, Check]:
    """The sentence of another script that means a claim; two neighbours only where none alone does."""
    singles = _sentences_of(passage)
    best = (Quote(passage, passage.start, passage.end), Check("unsupported", 0.0))
    for windows in (singles, [Quote(passage, a.start, b.end) for a, b in pairwise(singles)]):
        if not windows or best[1].support == "supported":
            break
        vectors = embed([claim, *(w.text for w in windows)])
        cosines = [None] * len(windows) if vectors is None else [float(v) for v in vectors[1:] @ vectors[0]]
        checked = [(w, check(claim, [w.text], cosine)) for w, cosine in zip(windows, cosines, strict=True)]
        best = max(best, *checked, key=lambda pair: (_RANK[pair[1].support], pair[1].score))
    return best


def _sentences_of(passage: Passage) -> list[Quote]:
    return [Quote(passage, s.start, s.end) for s in _spans(passage.article.text, passage.start, passage.end)]


@lru_cache(512)
def _spans(text: str, start: int, end: int) -> list[Span]:
    return sentences(text, start, end)
