"""Extractive answers: the sentences of the evidence that answer best, each quoted as it stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.sentences import Span, sentences
from ingest.terms import terms
from service.retrieval.evidence import Passage
from service.retrieval.weights import TermWeights

# A further sentence has to answer nearly as well as the best one.
_NEAR_BEST = 0.75
_WHY = re.compile(r"\bwhy\b|\bhow come\b|what caused|reasons? (?:for|why|that)|为什么|为何|为啥|原因|怎么会", re.IGNORECASE)
_CAUSE = re.compile(
    r"\b(?:because|reasons?|due to|owing to|caused? by|thanks to|result(?:s|ed)? (?:of|from|in)|led to|lead(?:s|ing)? to"
    r"|forced?|therefore|since|so that)\b|因为|由于|原因|所以|因此|导致|使得|造成",
    re.IGNORECASE,
)
_HOW_MANY = re.compile(r"\bhow (?:many|much|long|often|far|old|big|large)\b|\bwhat (?:percentage|share|number)\b|多少|几[个天次年月名位元]|多长|多久|比例", re.IGNORECASE)
_WHEN = re.compile(r"\bwhen\b|\bwhat (?:year|date|day|month|time)\b|\bwhich (?:year|month|day)\b|什么时候|何时|哪一?[年天月]|几[月号点]|截止", re.IGNORECASE)
_NUMBER = re.compile(r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|dozen|hundred|thousand|million|half)\b|[一二三四五六七八九十百千万亿两半]", re.IGNORECASE)
_DATE = re.compile(
    r"\b(?:1[5-9]|20)\d\d\b|\b(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b|\d+\s*[年月日号点]|\b\d{1,2}(?::\d\d)?\s*[ap]\.?m",
    re.IGNORECASE,
)
# A sentence that leans on the one before it is quoted together with it.
_LEANS_BACK = re.compile(
    r"^(?:this|that|these|those|such|it|they|he|she|but|however|so|and|therefore|as a result|for example|in other words)\b"
    r"|\b(?:is|was|are|were) (?:this|these|that|as follows)\W*$|^(?:这|该|此|其|他|她|它|但|然而|因此|所以|而且|例如)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Choice:
    """A sentence chosen from a passage, with what it scored."""

    passage: Passage
    start: int
    end: int
    score: float

    @property
    def quote(self) -> str:
        """The sentence as it stands."""
        return self.passage.article.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class _Candidate:
    passage: Passage
    spans: tuple[Span, ...]
    index: int
    words: frozenset[str]

    @property
    def span(self) -> Span:
        return self.spans[self.index]

    @property
    def text(self) -> str:
        return self.passage.article.text[self.span.start : self.span.end]


def choose(
    question: str,
    evidence: Sequence[Passage],
    weights: TermWeights,
    most: int,
    similarity: Sequence[float] | None = None,
) -> list[Choice]:
    """At most `most` sentences in reading order, best passage first; empty where no sentence fits.

    `similarity` (one cosine a sentence, in the order of `candidates`) replaces shared words where question
    and articles are in different languages.
    """
    found = _candidates(evidence)
    if not found:
        return []
    scores = [
        _score(question, c, weights, similarity[i] if similarity is not None else None) for i, c in enumerate(found)
    ]
    ranked = sorted(range(len(found)), key=lambda i: (-scores[i], i))
    best = scores[ranked[0]]
    chosen: dict[tuple[str, int], Choice] = {}
    for i in ranked:
        if len(chosen) >= most or scores[i] < _NEAR_BEST * best:
            break
        window = _window(question, found[i])
        if len(chosen) + len(window) > most and chosen:
            continue
        for span in window:
            choice = Choice(found[i].passage, span.start, span.end, scores[i])
            chosen.setdefault((choice.passage.article.id, span.start), choice)
    return sorted(chosen.values(), key=lambda c: (c.passage.number, c.start))


def candidates(evidence: Sequence[Passage]) -> list[str]:
    """The sentences that `choose` weighs, in its order."""
    return [c.text for c in _candidates(evidence)]


def _candidates(evidence: Sequence[Passage]) -> list[_Candidate]:
    found = []
    for passage in evidence:
        text = passage.article.text
        spans = tuple(s for s in sentences(text, *_with_neighbours(passage)) if not _is_heading(passage, s))
        for i, span in enumerate(spans):
            if passage.start <= span.start and span.end <= passage.end:
                found.append(_Candidate(passage, spans, i, frozenset(terms(text[span.start : span.end]))))
    return found


def _with_neighbours(passage: Passage) -> tuple[int, int]:
    """The passage with the paragraph before and the one after, on which its ends may lean."""
    text = passage.article.text
    before = text.rfind("\n\n", 0, max(0, passage.start - 2))
    after = text.find("\n\n", min(len(text), passage.end + 2))
    return (0 if before < 0 else before + 2), (len(text) if after < 0 else after)


def _is_heading(passage: Passage, span: Span) -> bool:
    return any(s.start == span.start and len(s.heading) >= span.end - span.start for s in passage.article.sections)


def _score(question: str, candidate: _Candidate, weights: TermWeights, similarity: float | None) -> float:
    if similarity is not None:
        # E5 cosines live between .7 and .9: stretched to 0–1 so that the bonuses mean the same.
        base = max(0.0, (similarity - 0.7) / 0.2)
    else:
        base = weights.coverage_of(candidate.words)
        around = candidate.words
        for i in (candidate.index - 1, candidate.index + 1):
            if 0 <= i < len(candidate.spans):
                s = candidate.spans[i]
                around |= frozenset(terms(candidate.passage.article.text[s.start : s.end]))
        base = 0.8 * base + 0.2 * weights.coverage_of(around)
    if not base:
        return 0.0
    bonus = 0.0
    text = candidate.text
    if _WHY.search(question) and _CAUSE.search(text):
        bonus += 0.25
    if _HOW_MANY.search(question) and _NUMBER.search(text):
        bonus += 0.15
    if _WHEN.search(question) and _DATE.search(text):
        bonus += 0.15
    return base * (1 + bonus) + 0.06 / candidate.passage.number


def _window(question: str, candidate: _Candidate) -> list[Span]:
    """The sentence, what it leans on, and for a cause also what is made of it."""
    window = [candidate.span]
    text = candidate.passage.article.text
    if candidate.index and _LEANS_BACK.search(candidate.text):
        window.insert(0, candidate.spans[candidate.index - 1])
        if _WHY.search(question) and _CAUSE.search(candidate.text) and candidate.index + 1 < len(candidate.spans):
            window.append(candidate.spans[candidate.index + 1])
    return [s for s in window if text[s.start : s.end]]
