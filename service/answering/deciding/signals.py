"""What speaks for and against an answer being in the evidence, as numbers: words, nearness, meaning, denial, kind."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from ingest.terms import terms
from service.answering.candidates import Candidate, candidates_in
from service.answering.deciding import question_kind as kind
from service.answering.deciding.asked import Asked
from service.answering.opposites import denies, opposed
from service.retrieval.evidence import Passage

# In the order of the weights in `signals.json`, which `benchmarks/declining.py` fits.
NAMES = (
    "window",
    "stems",
    "pairs",
    "passage",
    "names",
    "numbers",
    "cosine",
    "denial",
    "opposites",
    "denied",
    "kind",
    "terms",
    "long",
    "long_all",
)
# Terms from which on a question is a long one: no single passage has all of its words.
_LONG_FROM, _LONG_AT = 8, 16
_STEM, _STEM_COUNTS = 5, 0.6
_NEAR, _NEARBY = 3, 8
_CLAUSE_END = re.compile(r"[,;:]\s|[，；：。—]|\b(?:but|while|whereas|although)\b", re.IGNORECASE)


def signals(asked: Asked, evidence: Sequence[Passage]) -> tuple[float, ...]:
    """One number for each of `NAMES`; `evidence` has at least one passage, whose cosines are known."""
    whole = [_whole(p) for p in evidence]
    best, own, window, pairs = 0.0, _Sentence(), frozenset[str](), 0.0
    for passage in evidence:
        title = frozenset(terms(passage.article.title))
        known: dict[int, list[str]] = {}
        for candidate in candidates_in(passage):
            own_terms = _terms_at(candidate, candidate.index, known)
            beside = (_terms_at(candidate, candidate.index + i, known) for i in (-1, 0, 1))
            around = title.union(terms(candidate.section), *beside)
            pairs = max(pairs, _pairs(asked, own_terms))
            covered = 0.7 * asked.coverage(frozenset(own_terms)) + 0.3 * asked.coverage(around)
            score = covered * (1 + kind_bonus(asked.text, candidate.text)) + 0.05 / passage.number
            if score > best:
                best, own, window = score, _Sentence(candidate.text, frozenset(own_terms) | title), around
    count = float(min(20, len(asked.weights)))
    long = min(1.0, max(0.0, (count - _LONG_FROM) / (_LONG_AT - _LONG_FROM)))
    return (
        asked.coverage(window),
        _stems(asked, own.terms),
        pairs,
        max(asked.coverage(w) for w in whole),
        asked.coverage(window, asked.names),
        asked.coverage(window, asked.numbers),
        max((p.dense for p in evidence if p.dense is not None), default=0.0),
        float(asked.denied and not denies(_clause(asked, own.text))),
        float(opposed(frozenset(asked.weights), own.terms, asked.text, own.text)),
        float(asked.denied),
        float(_lacks_kind(asked.text, own.text)),
        count,
        long,
        long * asked.coverage(frozenset().union(*whole)),
    )


def chance(asked: Asked, evidence: Sequence[Passage]) -> float:
    """How likely the evidence can answer, 0 to 1, as fitted for the embedder that ships."""
    fitted = _fitted()["cjk" if asked.cjk else "alphabetic"]
    odds = fitted.intercept + sum(w * s for w, s in zip(fitted.weights, signals(asked, evidence), strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))


def least_chance(cjk: bool) -> float:
    """From which chance on an answer is tried."""
    return _fitted()["cjk" if cjk else "alphabetic"].least


def kind_bonus(question: str, text: str) -> float:
    """What a sentence gains by having the kind of thing that is asked for, and loses by lacking it."""
    bonus = 0.0
    if kind.asks_why(question) and kind.gives_cause(text):
        bonus += 0.25
    if kind.asks_how_many(question):
        bonus += 0.15 if kind.gives_number(text, question) else -0.3
    if kind.asks_when(question):
        bonus += 0.15 if kind.gives_date(text) else -0.2
    return bonus


@dataclass(frozen=True, slots=True)
class _Sentence:
    """The best sentence so far."""

    text: str = ""
    terms: frozenset[str] = frozenset()


def _terms_at(candidate: Candidate, index: int, known: dict[int, list[str]]) -> list[str]:
    if not 0 <= index < len(candidate.spans):
        return []
    if index not in known:
        span = candidate.spans[index]
        known[index] = terms(candidate.passage.article.text[span.start : span.end])
    return known[index]


def _whole(passage: Passage) -> frozenset[str]:
    section = passage.article.section_at(passage.start) or ""
    return frozenset(terms(f"{passage.article.title}\n{section}\n{passage.text}"))


def _stems(asked: Asked, found: frozenset[str]) -> float:
    """Coverage where a word of the same beginning counts for most of one: destruction for destroy."""
    if asked.cjk:
        return asked.coverage(found)
    beginnings = {f[:_STEM] for f in found if len(f) >= _STEM}
    total = sum(asked.weights.values())
    got = sum(
        w * (1.0 if t in found else _STEM_COUNTS if len(t) >= _STEM and t[:_STEM] in beginnings else 0.0)
        for t, w in asked.weights.items()
    )
    return got / total if total else 0.0


def _pairs(asked: Asked, said: Sequence[str]) -> float:
    """Share of the question's neighbouring terms, by weight, that stand near each other and in their order."""
    at: dict[str, list[int]] = {}
    for i, term in enumerate(said):
        if term in asked.weights:
            at.setdefault(term, []).append(i)
    got = total = 0.0
    for one, other in zip(asked.order, asked.order[1:], strict=False):
        if one == other:
            continue
        weight = asked.weights[one] + asked.weights[other]
        total += weight
        if one in at and other in at:
            gap = min(j - i if j > i else i - j + 2 for i in at[one] for j in at[other])
            got += weight * (1.0 if gap <= _NEAR else 0.5 if gap <= _NEARBY else 0.0)
    return got / total if total else 1.0


def _clause(asked: Asked, text: str) -> str:
    """The clause of a sentence that has most of the question: a "not" elsewhere denies something else."""
    return max(_CLAUSE_END.split(text), key=lambda part: asked.coverage(frozenset(terms(part))))


def _lacks_kind(question: str, text: str) -> bool:
    """Whether a cause, a number or a date is asked for that a sentence does not have."""
    return (
        (kind.asks_why(question) and not kind.gives_cause(text))
        or (kind.asks_how_many(question) and not kind.gives_number(text, question))
        or (kind.asks_when(question) and not kind.gives_date(text))
    )


@dataclass(frozen=True, slots=True)
class _Fitted:
    weights: tuple[float, ...]
    intercept: float
    least: float


@lru_cache(maxsize=1)
def _fitted() -> dict[str, _Fitted]:
    read = json.loads((files("service.answering.deciding") / "signals.json").read_text("utf-8"))
    return {
        script: _Fitted(tuple(one["weights"][name] for name in NAMES), one["intercept"], one["least"])
        for script, one in read.items()
    }
