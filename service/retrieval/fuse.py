"""Reciprocal rank fusion (Cormack, Clarke & Büttcher, SIGIR 2009)."""

from __future__ import annotations

from collections.abc import Sequence

K = 60


def fused(lists: Sequence[tuple[float, Sequence[str]]]) -> dict[str, float]:
    """Score by id, best first, from (weight, ranked ids) lists; a list of weight 0 does not vote."""
    scores: dict[str, float] = {}
    for weight, ranked in lists:
        if weight > 0:
            for rank, one in enumerate(ranked, 1):
                scores[one] = scores.get(one, 0.0) + weight / (K + rank)
    return dict(sorted(scores.items(), key=lambda pair: (-pair[1], pair[0])))
