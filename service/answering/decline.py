"""May the evidence answer the question at all? Decided before any model is asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.language import is_cjk, language_of
from service.answering.asked import Asked, missing
from service.answering.signals import chance, least_chance
from service.retrieval.evidence import Passage
from service.retrieval.weights import TermWeights

# Across languages words say nothing, and the cosine alone is a weak witness (AUC .72). Where articles in the question's
# own language have already failed to answer, a sentence has to come as near as one in twenty does without evidence.
_NEAR_ACROSS, _SAID_ACROSS_SECOND = 0.78, 0.83
# Without vectors, or with those of an embedder that nothing was fitted for.
_COVERED = 0.45
_FITTED_FOR = "multilingual-e5-small"
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether to go on, and what it rests on.

    `chance` is that the evidence can answer, None where nothing was fitted for that: across languages, or with another
    embedder. `missing` are words of the question that the evidence lacks, as the asker wrote them. Where several things
    are asked at once, `answered` and `open` are the questions that the evidence can answer and those that it cannot.
    """

    answerable: bool
    coverage: float
    cosine: float | None
    across: bool
    chance: float | None = None
    missing: tuple[str, ...] = ()
    answered: tuple[str, ...] = ()
    open: tuple[str, ...] = ()


def can_answer(
    question: str, evidence: Sequence[Passage], weights: TermWeights, embedder: str | None, second: bool = False
) -> Verdict:
    """Weigh the evidence. Nothing found is never answerable.

    `embedder` names the one the cosines are of; `second` says that other evidence has failed before.
    """
    if not evidence:
        return Verdict(False, 0.0, None, False)
    coverage = max(weights.coverage(_whole(p)) for p in evidence[:4])
    cosine = max((p.dense for p in evidence if p.dense is not None), default=None)
    across = is_across(question, evidence)
    lacking = missing(question, evidence, weights)
    unknown = _unknown_years(question, evidence)
    if unknown:
        return Verdict(False, coverage, cosine, across, missing=(*unknown, *(m for m in lacking if m not in unknown)))
    fitted = cosine is not None and embedder is not None and embedder.startswith(_FITTED_FOR)
    if across:
        # An unknown embedder's cosines cannot be read: the ranking is trusted and a chat model may still refuse.
        said = max((p.said for p in evidence if p.said is not None), default=cosine)
        witness, near = (said, _SAID_ACROSS_SECOND) if second else (cosine, _NEAR_ACROSS)
        return Verdict(witness is not None and (witness >= near or not fitted), coverage, cosine, across)
    if cosine is None or not fitted:
        return Verdict(coverage >= _COVERED, coverage, cosine, across, missing=lacking)
    asked = Asked.of(question, weights)
    likely = chance(asked, evidence)
    return Verdict(likely >= least_chance(asked.cjk), coverage, cosine, across, likely, lacking)


def is_across(question: str, evidence: Sequence[Passage]) -> bool:
    """Whether the question and the best evidence share no words because they share no script."""
    return is_cjk(language_of(question)) != is_cjk(evidence[0].article.language)


def _unknown_years(question: str, evidence: Sequence[Passage]) -> tuple[str, ...]:
    """Years that are asked about and neither stand in the evidence nor are the year of an article in it."""
    known: set[str] = set()
    for passage in evidence:
        known.update(_YEAR.findall(_whole(passage)))
        known.update(_YEAR.findall(passage.article.published_at or ""))
    return tuple(year for year in dict.fromkeys(_YEAR.findall(question)) if year not in known)


def _whole(passage: Passage) -> str:
    return f"{passage.article.title}\n{passage.article.section_at(passage.start) or ''}\n{passage.text}"
