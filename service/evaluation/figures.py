"""The figures of a report: each a sum over a sum, so that those of any questions, resampled too, are made alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from service.evaluation.metrics import auroc, declining_curve, document_figures, quantile, quote_figures
from service.evaluation.results import Judged, Result

Share = tuple[float, float]
THRESHOLDS = tuple(round(0.05 * i, 2) for i in range(1, 20))


def retrieval(result: Result, level: str) -> dict[str, float] | None:
    """How well the evidence was found, by `doc` or by `quote`; None where there is none to find."""
    ranking = result.ranking
    if ranking is None:
        return None
    if level == "doc":
        return document_figures(ranking.articles, ranking.relevant, ranking.of)
    return quote_figures(ranking.quotes) if ranking.quotes else None


def shares(result: Result) -> dict[str, Share]:
    """What a question adds to each figure: (numerator, denominator), by the figure's name."""
    found: dict[str, Share] = {}
    for level in ("doc", "quote"):
        for name, value in (retrieval(result, level) or {}).items():
            found[f"{level} {name}"] = value, 1.0
    if result.error is None and result.answer is not None:
        found |= {name: of(result, result.answer) for name, of in _ANSWERS.items()}
    return {name: share for name, share in found.items() if share[1]}


def _among(condition: bool, value: bool | None) -> Share:
    """A question that counts only where the condition holds and there is something to say."""
    return (float(bool(value)), 1.0) if condition and value is not None else (0.0, 0.0)


_ANSWERS: Mapping[str, Callable[[Result, Judged], Share]] = {
    "citation precision": lambda _, a: (a.right, a.compared),
    "citation recall": lambda _, a: (a.covered, a.groups),
    "citation recall, answered": lambda _, a: (0.0, 0.0) if a.declined else (a.covered, a.groups),
    "reference said": lambda r, a: _among(r.answerable, a.says),
    "reference said, answered": lambda r, a: _among(r.answerable and not a.declined, a.says),
    "declining precision": lambda r, a: _among(a.declined, not r.answerable),
    "declining recall": lambda r, a: _among(not r.answerable, a.declined),
    "answerable answered": lambda r, a: _among(r.answerable, not a.declined),
    "partial": lambda _, a: _among(not a.declined, a.outcome == "partial"),
    "sentences supported": lambda _, a: (a.supported, a.sentences),
    "sentences partial": lambda _, a: (a.partial, a.sentences),
    "sentences unsupported": lambda _, a: (a.unsupported, a.sentences),
    "sentences uncited": lambda _, a: (a.uncited, a.sentences),
    "quotes exact": lambda _, a: (a.citations - len(a.broken), a.citations),
    "world's answer said": lambda r, a: _among(not r.answerable, a.says_world),
    "conflict shown": lambda _, a: _among(not a.declined, a.conflicts > 0),
}
RETRIEVAL = tuple(
    f"{level} {name}"
    for level in ("doc", "quote")
    for name in (*(f"{what}@{k}" for k in (1, 4, 5, 10) for what in ("hits", "recall", "all")), "MRR@10", "nDCG@10")
)
ANSWERS = tuple(_ANSWERS)


def summed(results: Iterable[Result]) -> dict[str, dict[str, float]]:
    """Each figure of some questions: its `value`, over how much (`of`: questions, quotes or sentences)."""
    totals: dict[str, list[float]] = {}
    for result in results:
        for name, (numerator, denominator) in shares(result).items():
            total = totals.setdefault(name, [0.0, 0.0])
            total[0] += numerator
            total[1] += denominator
    if not {"declining recall", "answerable answered"} <= totals.keys():
        totals.pop("declining precision", None)  # of one kind of question alone it says nothing
    order = (*RETRIEVAL, *ANSWERS)
    return {n: {"value": totals[n][0] / totals[n][1], "of": totals[n][1]} for n in order if n in totals}


def counts(results: Sequence[Result]) -> dict[str, Any]:
    """Questions, outcomes, modes, seconds and tokens of some questions."""
    answers = [r.answer for r in results if r.answer is not None]
    tokens: dict[str, int] = {}
    for answer in answers:
        for name, number in answer.tokens.items():
            tokens[name] = tokens.get(name, 0) + number
    seconds = [r.seconds for r in results if r.error is None]
    stages = sorted({name for a in answers for name in a.timings_ms})
    return {
        "questions": len(results),
        "answerable": sum(r.answerable for r in results),
        "failed": sum(r.error is not None for r in results),
        "outcomes": _counted(a.outcome for a in answers),
        "modes": _counted(a.mode for a in answers),
        "seconds": {"p50": quantile(seconds, 0.5), "p95": quantile(seconds, 0.95), "sum": sum(seconds)},
        "stage_ms_p50": {n: quantile([a.timings_ms[n] for a in answers if n in a.timings_ms], 0.5) for n in stages},
        "tokens": tokens,
    }


def deciding(results: Sequence[Result]) -> dict[str, Any] | None:
    """How well the chance that the evidence can answer tells, and what declining below each threshold would give."""
    weighed = [(r.answer.chance, r.answerable) for r in results if r.answer and r.answer.chance is not None]
    if not weighed:
        return None
    chances, answerable = [c for c, _ in weighed], [a for _, a in weighed]
    return {
        "questions": len(weighed),
        "auroc": auroc(chances, answerable),
        "curve": declining_curve(chances, answerable, THRESHOLDS),
    }


def _counted(values: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for value in values:
        found[value] = found.get(value, 0) + 1
    return dict(sorted(found.items()))
