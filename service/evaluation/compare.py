"""Compares two reports question by question: what rose and fell, with intervals by paired bootstrap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from service.evaluation.figures import ANSWERS, RETRIEVAL, shares
from service.evaluation.report import Report
from service.evaluation.results import Result

RESAMPLES, SEED = 2000, 20240618
Pair = tuple[Result, Result]
_SHOWN = (*(f for f in RETRIEVAL if not f.endswith("@5")), *ANSWERS)


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure of the same questions in both reports; `low` to `high` holds the difference 95 times in 100.

    `cut` is set, question's and articles' language, and kind; None is all of them.
    """

    cut: tuple[str | None, str | None, str | None, str | None]
    figure: str
    questions: int
    old: float
    new: float
    low: float
    high: float

    @property
    def verdict(self) -> Literal["rose", "fell", "same"]:
        """Whether zero lies outside the interval, and on which side."""
        return "rose" if self.low > 0 else "fell" if self.high < 0 else "same"


@dataclass(frozen=True, slots=True)
class Changed:
    """A question that turned out otherwise, and how."""

    id: str
    set: str
    what: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two reports beside each other; `alone` counts questions that only one of them has."""

    paired: int
    alone: int
    differences: tuple[Difference, ...]
    changed: tuple[Changed, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain values, each difference with its verdict."""
        plain = asdict(self)
        for one, of in zip(plain["differences"], self.differences, strict=True):
            one["verdict"] = of.verdict
        return plain


def compare(old: Report, new: Report) -> Comparison:
    """Pair the rows by set and id, and compare each cut of the new report."""
    before = {(r.set, r.id): r for r in old.rows}
    pairs = [(before[r.set, r.id], r) for r in new.rows if (r.set, r.id) in before]
    alone = len(old.rows) + len(new.rows) - 2 * len(pairs)
    differences: list[Difference] = []
    for cut in new.cuts:
        named = cut.set, cut.language, cut.corpus_language, cut.kind
        some = [(o, n) for o, n in pairs if _is(n, named)]
        differences += _differences(named, some)
    changed = (Changed(n.id, n.set, tuple(_what(o, n))) for o, n in pairs)
    return Comparison(len(pairs), alone, tuple(differences), tuple(c for c in changed if c.what))


def _is(result: Result, cut: tuple[str | None, ...]) -> bool:
    values = result.set, result.language, result.corpus_language, result.kind
    return all(wanted in (None, value) for wanted, value in zip(cut, values, strict=True))


def _differences(
    cut: tuple[str | None, str | None, str | None, str | None], pairs: Sequence[Pair]
) -> Iterator[Difference]:
    """Each figure that is not the same, over questions drawn again and again, the same ones for both reports."""
    if not pairs:
        return
    before, after = [shares(o) for o, _ in pairs], [shares(n) for _, n in pairs]
    drawn = np.random.default_rng(SEED).multinomial(len(pairs), [1 / len(pairs)] * len(pairs), size=RESAMPLES)
    for figure in _SHOWN:
        a, b = (np.array([s.get(figure, (0.0, 0.0)) for s in side]) for side in (before, after))
        if not a[:, 1].any() or not b[:, 1].any() or np.array_equal(a, b):
            continue
        old, new = (side[:, 0].sum() / side[:, 1].sum() for side in (a, b))
        of_old, of_new = drawn @ a, drawn @ b
        usable = (of_old[:, 1] > 0) & (of_new[:, 1] > 0)
        gained = of_new[usable, 0] / of_new[usable, 1] - of_old[usable, 0] / of_old[usable, 1]
        low, high = np.quantile(gained, (0.025, 0.975))
        counted = int(((a[:, 1] > 0) | (b[:, 1] > 0)).sum())
        yield Difference(cut, figure, counted, float(old), float(new), float(low), float(high))


def _what(old: Result, new: Result) -> Iterator[str]:
    if (old.error is None) != (new.error is None):
        yield "failed before" if old.error else "fails now"
    if old.answer is not None and new.answer is not None:
        if old.answer.outcome != new.answer.outcome:
            yield f"{old.answer.outcome} → {new.answer.outcome}"
        if old.answer.says != new.answer.says and new.answer.says is not None:
            yield "says the reference now" if new.answer.says else "no longer says the reference"
        if (old.answer.covered > 0) != (new.answer.covered > 0):
            yield "cites the evidence now" if new.answer.covered else "no longer cites the evidence"
    if old.ranking is not None and new.ranking is not None:
        first = [min((r for r in x.ranking.articles if r), default=None) for x in (old, new) if x.ranking is not None]
        if first[0] != first[1]:
            yield f"first article of the evidence at {first[0] or '-'} → {first[1] or '-'}"
