"""May the evidence answer the question at all? Decided before any model is asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from service.answering.deciding.asked import Asked, missing
from service.answering.deciding.foreign import shipped, standing_out
from service.answering.deciding.signals import chance, least_chance
from service.retrieval.evidence import Passage
from service.retrieval.hit import Hit
from service.retrieval.weights import TermWeights

# Across languages, where too few chunks were found for one to stand out.
_NEAR_ACROSS, _SAID_ACROSS_SECOND = 0.78, 0.83
# Without vectors, or with those of an embedder that nothing was fitted for.
_COVERED = 0.45
_FITTED_FOR = "multilingual-e5-small"
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether to go on, and what it rests on.

    `chance` is that the evidence can answer, None where nothing was fitted for that: with another embedder, or where
    very few chunks are in another script. `missing` are words of the question that the evidence lacks, as the asker
    wrote them. Where several things are asked at once, `answered` and `open` are the questions that the evidence can
    answer and those that it cannot. `notes` are for the receipt: what could not be looked at.
    """

    answerable: bool
    coverage: float
    cosine: float | None
    across: bool
    chance: float | None = None
    missing: tuple[str, ...] = ()
    answered: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def can_answer(question: str, evidence: Sequence[Passage], weights: TermWeights, embedder: str | None) -> Verdict:
    """Weigh evidence in the question's own script. Nothing found is never answerable.

    `embedder` names the one the cosines are of.
    """
    if not evidence:
        return Verdict(False, 0.0, None, False)
    coverage = max(weights.coverage(_whole(p)) for p in evidence[:4])
    cosine = _cosine(evidence)
    lacking = missing(question, evidence, weights)
    unknown = _unknown_years(question, evidence)
    if unknown:
        return Verdict(False, coverage, cosine, False, missing=(*unknown, *(m for m in lacking if m not in unknown)))
    if cosine is None or not _fitted_for(embedder):
        return Verdict(coverage >= _COVERED, coverage, cosine, False, missing=lacking)
    asked = Asked.of(question, weights)
    likely = chance(asked, evidence)
    return Verdict(likely >= least_chance(asked.cjk), coverage, cosine, False, likely, lacking)


def can_answer_across(
    question: str, evidence: Sequence[Passage], hits: Sequence[Hit], embedder: str | None, second: bool
) -> Verdict:
    """Weigh evidence in another script than the question's; `hits` are those it was taken from.

    `second` says that evidence in the question's own script has failed before.
    """
    if not evidence:
        return Verdict(False, 0.0, None, True)
    cosine = _cosine(evidence)
    unknown = _unknown_years(question, evidence)
    if unknown or cosine is None:
        return Verdict(False, 0.0, cosine, True, missing=unknown)
    if not _fitted_for(embedder):
        # An unknown embedder's cosines cannot be read: the ranking is trusted and a chat model may still refuse.
        return Verdict(True, 0.0, cosine, True)
    values, fitted = standing_out(hits), shipped()
    if values is None:
        said = max((h.said for h in hits if h.said is not None), default=cosine)
        return Verdict(said >= _SAID_ACROSS_SECOND if second else cosine >= _NEAR_ACROSS, 0.0, cosine, True)
    likely = fitted.chance(values)
    return Verdict(likely >= (fitted.least_second if second else fitted.least), 0.0, cosine, True, likely)


def _cosine(evidence: Sequence[Passage]) -> float | None:
    return max((p.dense for p in evidence if p.dense is not None), default=None)


def _fitted_for(embedder: str | None) -> bool:
    return embedder is not None and embedder.startswith(_FITTED_FOR)


def _unknown_years(question: str, evidence: Sequence[Passage]) -> tuple[str, ...]:
    """Years that are asked about and neither stand in the evidence nor are the year of an article in it."""
    known: set[str] = set()
    for passage in evidence:
        known.update(_YEAR.findall(_whole(passage)))
        known.update(_YEAR.findall(passage.article.published_at or ""))
    return tuple(year for year in dict.fromkeys(_YEAR.findall(question)) if year not in known)


def _whole(passage: Passage) -> str:
    return f"{passage.article.title}\n{passage.article.section_at(passage.start) or ''}\n{passage.text}"
