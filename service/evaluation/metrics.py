"""Figures of rankings and of decisions: pure functions of ranks, scores and labels.

Ranks count from 1. A ranking is scored as BEIR and MultiHop-RAG do it: `hits@k` is whether one group of evidence is
among the first k, `recall@k` the share of groups, `all@k` whether every one is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

KS = (1, 4, 5, 10)
DEPTH = 10
Ranks = Sequence[int | None]


def of_ranks(groups: Ranks, ks: Sequence[int] = KS) -> dict[str, float]:
    """hits@k, recall@k and all@k, and the reciprocal rank to 10, of the first rank of each group (None: not found)."""
    figures: dict[str, float] = {}
    found = [r for r in groups if r is not None]
    for k in ks:
        within = sum(r <= k for r in found)
        figures[f"hits@{k}"] = float(within > 0)
        figures[f"recall@{k}"] = within / len(groups)
        figures[f"all@{k}"] = float(within == len(groups))
    best = min(found, default=None)
    figures[f"MRR@{DEPTH}"] = 1 / best if best is not None and best <= DEPTH else 0.0
    return figures


def ndcg(gains: Mapping[int, int], relevant: int) -> float:
    """nDCG@10 of the gain at each rank, where `relevant` things could be found; never above 1."""
    reached = sum(gain / np.log2(rank + 1) for rank, gain in gains.items() if rank <= DEPTH)
    ideal = sum(1 / np.log2(rank + 1) for rank in range(1, min(DEPTH, relevant) + 1))
    return min(1.0, float(reached / ideal))


def document_figures(groups: Ranks, relevant_ranks: Sequence[int], relevant: int) -> dict[str, float]:
    """By document: each of the `relevant` documents of the evidence counts for nDCG@10."""
    gains = dict.fromkeys((r for r in relevant_ranks if r <= DEPTH), 1)
    return {**of_ranks(groups), f"nDCG@{DEPTH}": ndcg(gains, relevant)}


def quote_figures(groups: Ranks) -> dict[str, float]:
    """By quote: each group counts once for nDCG@10, at the first rank that has it."""
    gains: dict[int, int] = {}
    for rank in groups:
        if rank is not None:
            gains[rank] = gains.get(rank, 0) + 1
    return {**of_ranks(groups), f"nDCG@{DEPTH}": ndcg(gains, len(groups))}


def auroc(scores: Sequence[float], labels: Sequence[bool]) -> float | None:
    """How often a true row scores above a false one, ties half (Mann-Whitney); None where one kind is missing."""
    s, y = np.asarray(scores, float), np.asarray(labels, bool)
    positive, negative = int(y.sum()), int((~y).sum())
    if not positive or not negative:
        return None
    _, inverse, counts = np.unique(s, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks = (ends - (counts - 1) / 2)[inverse]
    return float((ranks[y].sum() - positive * (positive + 1) / 2) / (positive * negative))


def balanced_accuracy(said: Sequence[bool], labels: Sequence[bool]) -> float | None:
    """Mean of the shares of true and of false rows that are told right; None where one kind is missing."""
    s, y = np.asarray(said, bool), np.asarray(labels, bool)
    if not y.any() or y.all():
        return None
    return float((s[y].mean() + (~s[~y]).mean()) / 2)


def best_balanced_accuracy(scores: Sequence[float], labels: Sequence[bool]) -> tuple[float, float] | None:
    """(balanced accuracy, threshold) of the threshold that is best on these rows, which flatters it."""
    found = [
        (accuracy, float(at))
        for at in np.unique(np.asarray(scores, float))
        if (accuracy := balanced_accuracy([s >= at for s in scores], labels)) is not None
    ]
    return max(found, default=None)


def quantile(values: Sequence[float], share: float) -> float | None:
    """The value below which that share lies; None of nothing."""
    return float(np.quantile(values, share)) if values else None


def declining_curve(
    chances: Sequence[float], answerable: Sequence[bool], thresholds: Sequence[float]
) -> list[dict[str, float | None]]:
    """What declining below each threshold gives: precision and recall of declining, share of answerable answered."""
    c, y = np.asarray(chances, float), np.asarray(answerable, bool)
    return [_at(c < threshold, y, threshold) for threshold in thresholds]


def _at(declined: NDArray[np.bool_], answerable: NDArray[np.bool_], threshold: float) -> dict[str, float | None]:
    rightly = int((declined & ~answerable).sum())
    return {
        "threshold": threshold,
        "precision": rightly / int(declined.sum()) if declined.any() else None,
        "recall": rightly / int((~answerable).sum()) if (~answerable).any() else None,
        "answered": float((~declined[answerable]).mean()) if answerable.any() else None,
    }
