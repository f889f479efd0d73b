"""May the evidence answer the question at all? Decided before any model is asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.language import is_cjk, language_of
from ingest.terms import terms
from service.retrieval.evidence import Passage
from service.retrieval.weights import TermWeights

# Logistic weights of (coverage, cosine) and intercept, as `benchmarks/declining.py` fits them on the dev questions of
# XQuAD (en, zh) and CMRC 2018 with and without their gold passage: this embedder's cosines run higher in Chinese.
_ALPHABETIC = (8.9, 31.4, -31.1)
_CJK = (7.6, 61.9, -58.3)
# From a chance of .3 on: an answer kept back costs a reader more than a quote that is beside the point and says so.
_LEAST_ODDS = -0.85
# Across languages words say nothing, and the cosine alone is a weak witness (AUC .72). Where articles in the question's
# own language have already failed to answer, a sentence has to come as near as one in twenty does without evidence.
_NEAR_ACROSS, _SAID_ACROSS_SECOND = 0.78, 0.83
# Without vectors, or with those of an embedder that nothing was fitted for.
_COVERED = 0.45
_FITTED_FOR = "multilingual-e5-small"
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether to go on, and the signals it rests on."""

    answerable: bool
    coverage: float
    cosine: float | None
    across: bool


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
    if not _years_known(question, evidence):
        return Verdict(False, coverage, cosine, across)
    fitted = cosine is not None and embedder is not None and embedder.startswith(_FITTED_FOR)
    if across:
        # An unknown embedder's cosines cannot be read: the ranking is trusted and a chat model may still refuse.
        said = max((p.said for p in evidence if p.said is not None), default=cosine)
        witness, near = (said, _SAID_ACROSS_SECOND) if second else (cosine, _NEAR_ACROSS)
        return Verdict(witness is not None and (witness >= near or not fitted), coverage, cosine, across)
    if cosine is None or not fitted:
        return Verdict(coverage >= _COVERED, coverage, cosine, across)
    of_coverage, of_cosine, intercept = _CJK if is_cjk(language_of(question)) else _ALPHABETIC
    odds = of_coverage * coverage + of_cosine * cosine + intercept
    return Verdict(odds >= _LEAST_ODDS, coverage, cosine, across)


def is_across(question: str, evidence: Sequence[Passage]) -> bool:
    """Whether the question and the best evidence share no words because they share no script."""
    return is_cjk(language_of(question)) != is_cjk(evidence[0].article.language)


def _years_known(question: str, evidence: Sequence[Passage]) -> bool:
    """A year that is asked about stands in the evidence, or is the year of an article in it."""
    asked = set(_YEAR.findall(question))
    known: set[str] = set()
    for passage in evidence:
        known.update(_YEAR.findall(_whole(passage)))
        known.update(_YEAR.findall(passage.article.published_at or ""))
    return asked <= known


def _whole(passage: Passage) -> str:
    return f"{passage.article.title}\n{passage.article.section_at(passage.start) or ''}\n{passage.text}"


def missing_terms(evidence: Sequence[Passage], weights: TermWeights) -> list[str]:
    """Terms of the question that no passage has."""
    found = {term for passage in evidence for term in terms(_whole(passage))}
    return [term for term in weights.weights if term not in found]
