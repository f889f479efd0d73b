"""Extractive answers: the sentences of the evidence that answer best, each quoted as it stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ingest.embedding import Vectors
from ingest.sentences import Span
from ingest.terms import terms
from service.answering.candidates import Candidate, candidates_in
from service.answering.deciding import question_kind as kind
from service.answering.deciding.signals import kind_bonus
from service.answering.steps import asks_how, steps
from service.retrieval.editions import superseded
from service.retrieval.evidence import Passage
from service.retrieval.found import Found

Embed = Callable[[Sequence[str]], Vectors | None]

# A further sentence has to answer nearly as well as the best one, still more so by meaning alone, where scores crowd
# together; one of a newer edition need only answer too.
_NEAR_BEST, _NEAR_BEST_ACROSS, _ANSWERS_TOO = 0.8, 0.9, 0.5
# Words decide where a sentence has this much of them and few others come near it, or where a question is so long that
# no sentence has. Else so many are compared with it by meaning, best in words first: each costs an embedding.
_DECIDED, _FEW, _LONG = 0.65, 4, 12
_COMPARED, _COMPARED_ACROSS = 8, 40


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


def choose(
    question: str, evidence: Sequence[Passage], found: Found, most: int, across: bool, embed: Embed
) -> list[Choice]:
    """At most `most` sentences in reading order, those of the passage with the best one first; empty where none fits.

    `across`: question and articles are in different languages, so that only meaning is compared.
    """
    candidates = [c for passage in evidence for c in candidates_in(passage)]
    if not candidates:
        return []
    if asks_how(question) and not across and (told := steps(candidates, found.weights, most)):
        return [Choice(c.passage, c.span.start, c.span.end, 1.0) for c in told]
    scores = _scores(question, candidates, found, across, embed)
    ranked = sorted(range(len(candidates)), key=lambda i: (-scores[i], i))
    best = scores[ranked[0]]
    if best <= 0 or (kind.asks_how_many(question) and not kind.gives_number(candidates[ranked[0]].text, question)):
        return []
    near = (_NEAR_BEST_ACROSS if across else _NEAR_BEST) * best
    chosen: dict[tuple[str, int], Choice] = {}
    for i in ranked:
        if len(chosen) >= most or scores[i] < near:
            break
        window = _window(question, candidates[i], most)
        if chosen and len(chosen) + len(window) > most:
            continue
        for span in window:
            choice = Choice(candidates[i].passage, span.start, span.end, scores[i])
            chosen.setdefault((choice.passage.article.id, span.start), choice)
    numbers = {c.passage.number for c in chosen.values()}
    best_of = {number: max(c.score for c in chosen.values() if c.passage.number == number) for number in numbers}
    return sorted(chosen.values(), key=lambda c: (-best_of[c.passage.number], c.passage.number, c.start))


def _scores(question: str, candidates: Sequence[Candidate], found: Found, across: bool, embed: Embed) -> list[float]:
    words = [0.0 if across else _by_words(c, found) for c in candidates]
    order = sorted(range(len(candidates)), key=lambda i: (-words[i], i))
    compared = order[: _COMPARED_ACROSS if across else _COMPARED]
    wanted = found.vector if across or not _decided(words, found) else None
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
        (s * (1 + kind_bonus(question, c.text)) + _RANK / c.passage.number) if s > 0 else 0.0
        for s, c in zip(scores, candidates, strict=True)
    ]
    return _without_superseded(question, candidates, scores)


def _decided(words: Sequence[float], found: Found) -> bool:
    best = max(words)
    near = sum(w >= _NEAR_BEST * best for w in words)
    return best > 0 and (len(found.weights.weights) > _LONG or (best >= _DECIDED and near <= _FEW))


def _without_superseded(question: str, candidates: Sequence[Candidate], scores: list[float]) -> list[float]:
    """Nothing for an older edition where the newer one answers too."""
    best: dict[str, float] = {}
    for candidate, score in zip(candidates, scores, strict=True):
        best[candidate.passage.article.id] = max(score, best.get(candidate.passage.article.id, 0.0))
    older = superseded(question, [c.passage.article for c in candidates])
    dropped = {one for one, newer in older.items() if best[newer] >= _ANSWERS_TOO * best[one]}
    return [0.0 if c.passage.article.id in dropped else s for c, s in zip(candidates, scores, strict=True)]


_MEANING = 1.0
_RANK = 0.05


def _in_context(candidate: Candidate) -> str:
    """A sentence as it is compared: its heading says what it speaks of."""
    return "\n".join(part for part in (candidate.section, candidate.text) if part)


def _by_words(candidate: Candidate, found: Found) -> float:
    text = candidate.text
    if candidate.index and kind.leans_back(text):  # what it speaks of is named before it
        before = candidate.spans[candidate.index - 1]
        text = f"{candidate.passage.article.text[before.start : before.end]}\n{text}"
    own = found.weights.coverage_of(frozenset(terms(text)))
    around = found.weights.coverage_of(frozenset(terms(f"{candidate.section}\n{candidate.around()}")))
    return 0.7 * own + 0.3 * around


def _window(question: str, candidate: Candidate, most: int) -> list[Span]:
    """The sentence, what it leans on, and for a cause also what is made of it; alone where that is more than `most`."""
    window = [candidate.span]
    if candidate.index and kind.leans_back(candidate.text):
        window.insert(0, candidate.spans[candidate.index - 1])
        last = candidate.index + 1 == len(candidate.spans)
        if kind.asks_why(question) and kind.gives_cause(candidate.text) and not last:
            window.append(candidate.spans[candidate.index + 1])
    return window if len(window) <= most else [candidate.span]
