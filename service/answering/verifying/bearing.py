"""How well sentences bear a claim, as numbers, and the chance that follows from them: words and their order."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from service.answering.verifying.contrary import NEGATION, direction
from service.answering.verifying.spoken import Said, Spoken, numbers_in

# In the order of the weights in `bearing.json`, which `benchmarks/claims.py` fits. Of each, more is better.
NAMES = (
    "asserted",  # share of what the claim asserts that stands anywhere
    "together",  # the most of it that stands in one sentence
    "triples",  # share of three words in a row that stand so in one sentence, above a half
    "runs",  # how long the runs are that claim and sentences have in common (density: Grusky et al. 2018), above .3
    "figures",  # the most of its numbers that stand in one sentence
    "unfounded",  # minus the share of its numbers that stand nowhere
    "unnamed",  # minus the share of its names that stand nowhere
    "end",  # share of its other words beside which its last word stands in a sentence
    "affirmed",  # minus one where it denies and no sentence nearest to it does
    "direction",  # the nearest sentences speak of more or less, as it does, or the other way
)
_TRIPLES_FROM, _RUNS_FROM = 0.5, 0.3
_AS_NEAR = 0.95
_NEAREST = ((0, 1.0), (1, 0.5), (2, 0.5))


@dataclass(frozen=True, slots=True)
class Fitted:
    """A logistic model: one weight for each of `NAMES`, none below 0."""

    bias: float
    weights: tuple[float, ...]


def nearest(claim: Said, among: Sequence[Spoken]) -> list[int]:
    """The places of the sentences, those first that have most of a claim's words."""
    shares = [share_of(claim.weights, s) for s in among]
    return sorted(range(len(among)), key=lambda i: (-shares[i], i))


def bearing(claim: Said, among: Sequence[Spoken], order: Sequence[int]) -> tuple[float, ...]:
    """One number for each of `NAMES`; `among` has at least one sentence, `order` is that of `nearest`."""
    borne = {t: max(s.bears(t) for s in among) for t in claim.asserted}
    whole = sum(claim.asserted.values()) or 1.0
    triples = set(zip(claim.terms, claim.terms[1:], claim.terms[2:], strict=False))
    inside = max(len(triples & s.triples) for s in among) / len(triples) if triples else 0.0
    least = _AS_NEAR * share_of(claim.weights, among[order[0]])
    near = [among[i] for i in order[:3] if share_of(claim.weights, among[i]) >= least]
    return (
        sum(w * borne[t] for t, w in claim.asserted.items()) / whole,
        max(share_of(claim.asserted, s) for s in among),
        max(0.0, inside - _TRIPLES_FROM),
        max(0.0, _density(claim.terms, among) - _RUNS_FROM),
        max(len(claim.numbers & numbers_in(s.text)) for s in among) / len(claim.numbers) if claim.numbers else 1.0,
        -len(claim.numbers.difference(*(numbers_in(s.text) for s in among))) / len(claim.numbers)
        if claim.numbers
        else 0.0,
        -sum(not any(t in s.known for s in among) for t in claim.names) / len(claim.names) if claim.names else 0.0,
        _end(claim, among),
        -float(_denies(claim.text) and not any(_denies(s.text) for s in near)),
        _directed(claim, [among[i] for i in order[:3]]),
    )


def chance(values: Sequence[float], fitted: Fitted | None = None) -> float:
    """How likely sentences with these numbers support the claim, 0 to 1."""
    fitted = fitted or shipped()
    return 1 / (1 + math.exp(-fitted.bias - sum(w * v for w, v in zip(fitted.weights, values, strict=True))))


@lru_cache(1)
def shipped() -> Fitted:
    """The weights that the package ships."""
    kept = json.loads(files("service.answering.verifying").joinpath("bearing.json").read_text("utf-8"))
    return Fitted(float(kept["bias"]), tuple(float(kept["weights"][name]) for name in NAMES))


def share_of(weights: Mapping[str, float], sentence: Spoken) -> float:
    """How much of some terms, by weight, a sentence bears."""
    whole = sum(weights.values())
    return sum(w * sentence.bears(t) for t, w in weights.items()) / whole if whole else 0.0


def _density(claim: Sequence[str], among: Sequence[Spoken]) -> float:
    """The squares of the longest runs that a claim has in common with a sentence, as a share of its own."""
    total = at = 0
    while at < len(claim):
        longest = 0
        for sentence in among:
            if claim[at] in sentence.known:
                longest = max(longest, _run(claim, at, sentence, longest))
        total += longest * longest
        at += longest or 1
    return total / len(claim) ** 2 if claim else 0.0


def _run(claim: Sequence[str], at: int, sentence: Spoken, known: int) -> int:
    # Most words meet in passing: where the next two do not stand together, the run is one word long.
    if at + 1 < len(claim) and (claim[at], claim[at + 1]) not in sentence.pairs:
        return 1
    best, words = known, sentence.terms
    for start, word in enumerate(words):
        if word != claim[at]:
            continue
        length = 1
        while at + length < len(claim) and start + length < len(words) and claim[at + length] == words[start + length]:
            length += 1
        best = max(best, length)
    return max(best, 1)


def _end(claim: Said, among: Sequence[Spoken]) -> float:
    if len(claim.content) < 2:
        return max(share_of(claim.weights, s) for s in among)
    last, others = claim.content[-1], claim.content[:-1]
    beside = [s for s in among if last in s.known]
    return sum(any(t in s.known for s in beside) for t in others) / len(others)


def _denies(text: str) -> bool:
    return NEGATION.search(text) is not None


def _directed(claim: Said, near: Sequence[Spoken]) -> float:
    own = direction(claim.text, claim.terms)
    return sum(w * own * direction(near[i].text, near[i].terms) for i, w in _NEAREST if i < len(near))
