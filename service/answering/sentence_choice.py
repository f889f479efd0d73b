"""Extractive answers: the sentences of the evidence that answer best, each quoted as it stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ingest.embedding import Vectors
from ingest.sentences import Span, sentences
from ingest.terms import terms
from service.answering import question_kind as kind
from service.answering.editions import superseded
from service.retrieval.evidence import Passage
from service.retrieval.search import Found

Embed = Callable[[Sequence[str]], Vectors | None]

# A further sentence has to answer nearly as well as the best one.
_NEAR_BEST = 0.8
# Sentences whose meaning is compared with the question's, best in words first: each costs an embedding.
_COMPARED, _COMPARED_ACROSS = 20, 40
_MARKER = re.compile(r"(?:[-*•·]|\d{1,2}[.)、])\s+")


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

    @property
    def span(self) -> Span:
        return self.spans[self.index]

    @property
    def text(self) -> str:
        return self.passage.article.text[self.span.start : self.span.end]

    @property
    def section(self) -> str:
        return self.passage.article.section_at(self.span.start) or ""

    def around(self) -> str:
        """The sentence between its neighbours."""
        first, last = max(0, self.index - 1), min(len(self.spans) - 1, self.index + 1)
        return self.passage.article.text[self.spans[first].start : self.spans[last].end]


def choose(
    question: str, evidence: Sequence[Passage], found: Found, most: int, across: bool, embed: Embed
) -> list[Choice]:
    """At most `most` sentences in reading order, those of the best passage first; empty where none fits.

    `across`: question and articles are in different languages, so that only meaning is compared.
    """
    candidates = [c for passage in evidence for c in _candidates(passage)]
    if not candidates:
        return []
    scores = _scores(question, candidates, found, across, embed)
    ranked = sorted(range(len(candidates)), key=lambda i: (-scores[i], i))
    best = scores[ranked[0]]
    if best <= 0 or (kind.asks_how_many(question) and not kind.gives_number(candidates[ranked[0]].text, question)):
        return []
    chosen: dict[tuple[str, int], Choice] = {}
    for i in ranked:
        if len(chosen) >= most or scores[i] < _NEAR_BEST * best:
            break
        window = _window(question, candidates[i], most)
        if chosen and len(chosen) + len(window) > most:
            continue
        for span in window:
            choice = Choice(candidates[i].passage, span.start, span.end, scores[i])
            chosen.setdefault((choice.passage.article.id, span.start), choice)
    return sorted(chosen.values(), key=lambda c: (c.passage.number, c.start))


def _candidates(passage: Passage) -> list[_Candidate]:
    text = passage.article.text
    spans = tuple(
        _without_marker(text, s) for s in sentences(text, *_with_neighbours(passage)) if not _is_heading(passage, s)
    )
    return [
        _Candidate(passage, spans, i)
        for i, span in enumerate(spans)
        if passage.start <= span.start and span.end <= passage.end
    ]


def _with_neighbours(passage: Passage) -> tuple[int, int]:
    """The passage with the paragraph before and the one after, on which its ends may lean."""
    text = passage.article.text
    before = text.rfind("\n\n", 0, max(0, passage.start - 2))
    after = text.find("\n\n", min(len(text), passage.end + 2))
    return (0 if before < 0 else before + 2), (len(text) if after < 0 else after)


def _without_marker(text: str, span: Span) -> Span:
    """A list item is quoted without its bullet or number."""
    marker = _MARKER.match(text, span.start, span.end)
    return Span(marker.end(), span.end) if marker and marker.end() < span.end else span


def _is_heading(passage: Passage, span: Span) -> bool:
    return any(s.start == span.start and len(s.heading) >= span.end - span.start for s in passage.article.sections)


def _scores(question: str, candidates: Sequence[_Candidate], found: Found, across: bool, embed: Embed) -> list[float]:
    words = [0.0 if across else _by_words(c, found) for c in candidates]
    order = sorted(range(len(candidates)), key=lambda i: (-words[i], i))
    compared = order[: _COMPARED_ACROSS if across else _COMPARED]
    wanted = found.vector
    vectors = None if wanted is None else embed([_in_context(candidates[i]) for i in compared])
    scores = [0.0 if across and vectors is not None else w for w in words]
    if vectors is not None and wanted is not None:
        cosines = vectors @ wanted
        low = float(np.min(cosines))
        for i, cosine in zip(compared, cosines, strict=True):
            # The least similar of them is the measure: cosines of one model crowd together.
            meaning = (float(cosine) - low) / (1 - low) if low < 1 else 0.0
            scores[i] = (0.5 if across else words[i]) + _MEANING * meaning
    scores = [
        (s * (1 + _bonus(question, c.text)) + _RANK / c.passage.number) if s > 0 else 0.0
        for s, c in zip(scores, candidates, strict=True)
    ]
    return _without_superseded(question, candidates, scores)


def _without_superseded(question: str, candidates: Sequence[_Candidate], scores: list[float]) -> list[float]:
    """Nothing for an older edition where the newer one answers nearly as well."""
    best: dict[str, float] = {}
    for candidate, score in zip(candidates, scores, strict=True):
        best[candidate.passage.article.id] = max(score, best.get(candidate.passage.article.id, 0.0))
    older = superseded(question, [c.passage for c in candidates])
    dropped = {one for one, newer in older.items() if best[newer] >= _NEAR_BEST * best[one]}
    return [0.0 if c.passage.article.id in dropped else s for c, s in zip(candidates, scores, strict=True)]


_MEANING = 1.0
_RANK = 0.05


def _in_context(candidate: _Candidate) -> str:
    """A sentence as it is compared: its heading says what it speaks of."""
    return "\n".join(part for part in (candidate.section, candidate.text) if part)


def _by_words(candidate: _Candidate, found: Found) -> float:
    own = found.weights.coverage_of(frozenset(terms(candidate.text)))
    around = found.weights.coverage_of(frozenset(terms(f"{candidate.section}\n{candidate.around()}")))
    return 0.7 * own + 0.3 * around


def _bonus(question: str, text: str) -> float:
    bonus = 0.0
    if kind.asks_why(question) and kind.gives_cause(text):
        bonus += 0.25
    if kind.asks_how_many(question):
        bonus += 0.15 if kind.gives_number(text, question) else -0.3
    if kind.asks_when(question):
        bonus += 0.15 if kind.gives_date(text) else -0.2
    return bonus


def _window(question: str, candidate: _Candidate, most: int) -> list[Span]:
    """The sentence, what it leans on, and for a cause also what is made of it; alone where that is more than `most`."""
    window = [candidate.span]
    if candidate.index and kind.leans_back(candidate.text):
        window.insert(0, candidate.spans[candidate.index - 1])
        last = candidate.index + 1 == len(candidate.spans)
        if kind.asks_why(question) and kind.gives_cause(candidate.text) and not last:
            window.append(candidate.spans[candidate.index + 1])
    return window if len(window) <= most else [candidate.span]
