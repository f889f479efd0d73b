"""A model's `[n]` becomes an exact quote in source n, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.embedding import Vectors
from ingest.language import is_cjk, language_of
from ingest.sentences import sentences
from service.answering.markers import Claim
from service.answering.verify import Check, check
from service.retrieval.evidence import Passage

Embed = Callable[[Sequence[str]], Vectors | None]


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


def cite(claim: Claim, evidence: Sequence[Passage], embed: Embed) -> Cited:
    """Find the best one or two neighbouring sentences for a claim in each source that it names.

    Where none of those bears it, every other source is tried: small models often name the wrong one.
    """
    named = [p for p in evidence if p.number in claim.sources]
    quotes = [q for q, c in (_best(claim.text, p, embed) for p in named) if c.support != "unsupported"]
    if not quotes:
        others = [(q, c) for q, c in (_best(claim.text, p, embed) for p in evidence if p not in named)]
        others = [(q, c) for q, c in others if c.support == "supported"]
        quotes = [max(others, key=lambda pair: pair[1].score)[0]] if others else []
    texts = [q.text for q in quotes]
    cosine = max((_cosines(claim.text, texts, embed)), default=None)
    return Cited(claim.text, tuple(quotes), check(claim.text, texts, cosine))


def _best(claim: str, passage: Passage, embed: Embed) -> tuple[Quote, Check]:
    spans = sentences(passage.article.text, passage.start, passage.end)
    windows = [Quote(passage, s.start, s.end) for s in spans]
    windows += [Quote(passage, a.start, b.end) for a, b in pairwise(spans)]
    if not windows:
        return Quote(passage, passage.start, passage.end), Check("unsupported", 0.0)
    cosines: Sequence[float | None] = _cosines(claim, [w.text for w in windows], embed) or [None] * len(windows)
    checked = [(w, check(claim, [w.text], cosine)) for w, cosine in zip(windows, cosines, strict=True)]
    # A second sentence has to earn its place.
    return max(
        checked, key=lambda pair: (pair[1].score - (0.08 if pair[0] in windows[len(spans) :] else 0), -pair[0].start)
    )


def _cosines(claim: str, texts: Sequence[str], embed: Embed) -> list[float]:
    """Empty where claim and texts share a script: then words tell more, and nothing is embedded."""
    if not texts or is_cjk(language_of(claim)) == is_cjk(language_of(texts[0])):
        return []
    vectors = embed([claim, *texts])
    return [] if vectors is None else [float(v) for v in vectors[1:] @ vectors[0]]
