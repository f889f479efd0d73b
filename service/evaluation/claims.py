"""Measures verification alone: claims, each with a passage, and whether the passage supports it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from ingest.embedding import Embedder
from ingest.sentences import sentences
from service.answer import Support
from service.answering.verifying.judge import Pair
from service.answering.verifying.judging import Judging, words_decide
from service.answering.verifying.verify import Check, check, same_script
from service.answering.verifying.verify import judged as said
from service.errors import JudgeUnavailable
from service.evaluation.metrics import auroc, balanced_accuracy, best_balanced_accuracy, quantile
from service.evaluation.rows import Row, read_rows


class Nearness:
    """How near a claim comes to the nearest of some sentences; the embedder is loaded when it is first needed."""

    def __init__(self, load: Callable[[], Embedder | None]) -> None:
        self._load = cache(load)

    def __call__(self, claim: str, texts: Sequence[str]) -> float | None:
        """The cosine; None without an embedder or sentences."""
        embedder = self._load()
        if embedder is None or not texts:
            return None
        vectors = embedder.passages([claim, *texts])
        return float((vectors[1:] @ vectors[0]).max())


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim and the passage it is said to rest on."""

    id: str
    source: str
    language: str
    claim: str
    passage: str
    supported: bool


@dataclass(frozen=True, slots=True)
class ClaimResult:
    """How a claim was judged; `seconds` without embedding."""

    id: str
    source: str
    language: str
    supported: bool
    support: Support
    score: float
    seconds: float


@dataclass(frozen=True, slots=True)
class SourceFigures:
    """Figures of one source of claims, or of all; the last two flatter: their threshold was chosen on these rows."""

    name: str
    claims: int
    supported: int
    auroc: float | None
    balanced_accuracy: float | None
    best_balanced_accuracy: float | None
    best_at: float | None
    ms: float | None


@dataclass(frozen=True, slots=True)
class ClaimReport:
    """Figures by source, their mean, and a row a claim."""

    made_by: str
    sources: tuple[SourceFigures, ...]
    mean_auroc: float | None
    rows: tuple[ClaimResult, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def holds_claims(path: Path) -> bool:
    """Whether a file has claims, told by its first row.

    Raises:
        BadRows: it cannot be read.
    """
    first = next(read_rows(path), None)
    return first is not None and "claim" in first.values


def read_claims(path: Path) -> list[Claim]:
    """Claims of a file.

    Raises:
        BadRows: a row cannot be used; the message says where it is and what is wrong with it.
    """
    return [_claim(row) for row in read_rows(path)]


def _claim(row: Row) -> Claim:
    return Claim(
        id=row.text("id", str(row.line)),
        source=row.text("source", "all"),
        language=row.text("lang", ""),
        claim=row.text("claim"),
        passage=row.text("passage"),
        supported=row.truth("supported"),
    )


def judged(claim: Claim, nearness: Nearness | None = None) -> ClaimResult:
    """Check a claim against its whole passage, as a sentence is checked against its quotes.

    `nearness` is asked where words cannot be compared.
    """
    near = None
    if nearness is not None and not same_script(claim.claim, claim.passage):
        near = nearness(claim.claim, [claim.passage[s.start : s.end] for s in sentences(claim.passage)])
    began = time.perf_counter()
    found = check(claim.claim, [claim.passage], near)
    seconds = time.perf_counter() - began
    return ClaimResult(
        claim.id, claim.source, claim.language, claim.supported, found.support, found.score, round(seconds, 6)
    )


async def judged_by(judging: Judging, claims: Sequence[Claim], words: Sequence[ClaimResult]) -> list[ClaimResult]:
    """What words made of claims, but where they are unsure what a judge does, as in an answer; one call a claim.

    Raises:
        JudgeUnavailable: it failed on a claim. A figure of a judge that was not asked would be none.
    """
    results = []
    for claim, result in zip(claims, words, strict=True):
        if words_decide(Check(result.support, result.score), claim.claim, [claim.passage]):
            results.append(result)
            continue
        began = time.perf_counter()
        try:
            (chance,) = (await judging.judge.judge([Pair(claim.claim, claim.passage)], judging.seconds)).chances
        except JudgeUnavailable as error:
            raise JudgeUnavailable(f"The claim {claim.id} could not be judged: {error}.") from None
        took = round(result.seconds + time.perf_counter() - began, 6)
        found = Check(result.support, result.score) if chance is None else said(claim.claim, [claim.passage], chance)
        results.append(replace(result, support=found.support, score=found.score, seconds=took))
    return results


def claim_report(results: Sequence[ClaimResult], made_by: str) -> ClaimReport:
    """Figures of each source, then of all claims together."""
    sources = sorted({r.source for r in results})
    each = [_figures(name, [r for r in results if r.source == name]) for name in sources]
    known = [s.auroc for s in each if s.auroc is not None]
    if len(sources) > 1:
        each.append(_figures("all", results))
    return ClaimReport(made_by, tuple(each), sum(known) / len(known) if known else None, tuple(results))


def _figures(name: str, results: Sequence[ClaimResult]) -> SourceFigures:
    scores, labels = [r.score for r in results], [r.supported for r in results]
    best = best_balanced_accuracy(scores, labels)
    p50 = quantile([r.seconds for r in results], 0.5)
    return SourceFigures(
        name=name,
        claims=len(results),
        supported=sum(labels),
        auroc=auroc(scores, labels),
        balanced_accuracy=balanced_accuracy([r.support == "supported" for r in results], labels),
        best_balanced_accuracy=best[0] if best else None,
        best_at=best[1] if best else None,
        ms=p50 * 1000 if p50 is not None else None,
    )
