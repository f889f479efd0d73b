"""Does a quote bear a sentence? Words and their order, numbers exactly, yes and no; the cosine across languages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from service.answer import Support
from service.answering.disagreement import difference
from service.answering.quantities import numbers_borne
from service.answering.verifying.across import across
from service.answering.verifying.bearing import NAMES, Fitted, bearing, chance, nearest
from service.answering.verifying.contrary import denied, exchanged, misplaced, reversed_in
from service.answering.verifying.spoken import Said, clauses, in_han, said, sentences_of

SUPPORTED, PARTIAL = 0.8, 0.3
# What is left of the score of a claim that says yes where its quote says no, or a number that no quote has: never as
# much as is shown. Of one with a name that no quote has, or with names exchanged: never as much as is supported.
_OPPOSED, _UNFOUNDED = 0.25, 0.25
# A claim whose words all stand somewhere, less a connective, may rest on several sentences.
_ALL_OF_IT = 0.85
_DOUBTFUL = 0.6
_QUOTED = re.compile(r"“([^“”\n]+)”|「([^「」\n]+)」|『([^『』\n]+)』|(?<!\w)\"([^\"\n]+)\"(?!\w)")


@dataclass(frozen=True, slots=True)
class Check:
    """How well quotes bear a sentence; `score` is from 0 to 1."""

    support: Support
    score: float


@dataclass(frozen=True, slots=True)
class Weighed:
    """What words say of a claim and its quotes: the numbers of `bearing.NAMES`, and what speaks against the claim.

    `parts` has the numbers of its clauses, where there are several: a claim that rests on several sentences is borne
    where each of its clauses is.
    """

    values: tuple[float, ...]
    parts: tuple[tuple[float, ...], ...]
    unfounded: bool
    opposed: bool
    doubtful: bool

    def score(self, fitted: Fitted | None = None) -> float:
        """The chance that the quotes bear the claim, or what is left of it."""
        found = chance(self.values, fitted)
        if self.parts and not self.unfounded and self.values[0] >= _ALL_OF_IT:
            found = max(found, min(chance(part, fitted) for part in self.parts))
        found *= (_UNFOUNDED if self.unfounded else 1) * (_OPPOSED if self.opposed else 1)
        return found * (_DOUBTFUL if self.doubtful else 1)


def check(claim: str, quotes: Sequence[str], cosine: float | None = None) -> Check:
    """Weigh a claim against its quotes. `cosine` is that of claim and quotes, for different languages.

    A number that no quote has makes a claim unsupported: numbers are what readers act on.
    """
    if not quotes:
        return Check("unsupported", 0.0)
    quoted = "\n".join(quotes)
    made = said(claim)
    if not same_script(claim, quoted):
        return _across(made, quoted, cosine)
    if made.numbers and not any(term[0].isalpha() for term in made.weights):
        borne = made.numbers <= numbers_borne(quoted)
        return Check("supported", 1.0) if borne else Check("unsupported", 0.0)
    if not made.asserted:
        return Check("partial", 0.5)
    return _by_words(claim, quoted)


@lru_cache(4096)
def _by_words(claim: str, quoted: str) -> Check:
    score = weigh(claim, quoted).score()
    return Check(_support(score), round(score, 3))


def weigh(claim: str, quoted: str) -> Weighed:
    """Weigh a claim that has words against quotes in the same script."""
    made, among = said(claim), sentences_of(quoted)
    order = nearest(made, among)
    best = among[order[0]]
    values = bearing(made, among, order)
    parts = [said(part) for part in clauses(claim)] if len(among) > 1 else []
    unnamed = values[NAMES.index("unnamed")] < 0
    differs = (found := difference(claim, best.text)) is not None and found.kind != "negation"
    return Weighed(
        values,
        tuple(bearing(part, among, nearest(part, among)) for part in parts),
        not made.numbers <= numbers_borne(quoted),
        denied(made, quoted) or reversed_in(made, best),
        unnamed or differs or exchanged(made, best) or misplaced(made, best) or misquotes(claim, quoted),
    )


def contradicted(claim: str, quotes: Sequence[str]) -> bool:
    """Whether words alone show that quotes do not bear a claim: a number that none has, a yes for a no."""
    quoted, made = "\n".join(quotes), said(claim)
    if not made.numbers <= numbers_borne(quoted):
        return True
    if not same_script(claim, quoted):
        return across(made, quoted, None)[0] == "unsupported"
    return bool(made.asserted) and weigh(claim, quoted).opposed


def judged(claim: str, quotes: Sequence[str], chance: float) -> Check:
    """A judge's chance that quotes bear a claim as a check; words in quotation marks still have to stand so."""
    support = _support(chance)
    if support == "supported" and misquotes(claim, "\n".join(quotes)):
        support = "partial"
    return Check(support, round(chance, 3))


def same_script(claim: str, quoted: str) -> bool:
    """Whether words can be compared; numbers alone are in every script."""
    ours, theirs = in_han(claim), in_han(quoted)
    return ours is None or theirs is None or ours == theirs


def misquotes(claim: str, quoted: str) -> bool:
    """Whether a claim has words in quotation marks that do not stand so in its quotes."""
    found = ["".join(groups) for groups in _QUOTED.findall(claim)]
    return bool(found) and any(_bare(phrase) not in _bare(quoted) for phrase in found)


def _across(claim: Said, quoted: str, cosine: float | None) -> Check:
    if not claim.numbers <= numbers_borne(quoted):
        return Check("unsupported", 0.0)
    support, score = across(claim, quoted, cosine)
    if support == "supported" and misquotes(claim.text, quoted):
        return Check("partial", score)
    return Check(support, score)


def _support(score: float) -> Support:
    return "supported" if score >= SUPPORTED else "partial" if score >= PARTIAL else "unsupported"


def _bare(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())
