"""Relative score fusion: a convex combination of scaled scores (Bruch, Gai & Ingber 2023, arXiv:2210.11934).

Fusing scores beats fusing ranks on every set it was tried on (`benchmarks/retrieval.py` prints both): a list that is
sure of its first hit says so, which its ranks cannot.
"""

from __future__ import annotations

from collections.abc import Mapping

K = 60


def fused(dense: Mapping[str, float], keyword: Mapping[str, float]) -> dict[str, float]:
    """Score by id, best first: the cosine's place between the least and the most, plus BM25 as a share of the most.

    An id that one list lacks gets nothing from it. An empty list does not vote.
    """
    low, high = min(dense.values(), default=0.0), max(dense.values(), default=0.0)
    most = max(keyword.values(), default=0.0)
    scores = {
        one: ((dense.get(one, low) - low) / (high - low) if high > low else float(one in dense))
        + (keyword.get(one, 0.0) / most if most > 0 else 0.0)
        for one in {**dense, **keyword}
    }
    return dict(sorted(scores.items(), key=lambda pair: (-pair[1], pair[0])))


def fused_by_rank(*lists: Mapping[str, float]) -> dict[str, float]:
    """Reciprocal rank fusion (Cormack, Clarke & Büttcher, SIGIR 2009), to compare with."""
    scores: dict[str, float] = {}
    for ranked in lists:
        for rank, one in enumerate(sorted(ranked, key=lambda i: (-ranked[i], i)), 1):
            scores[one] = scores.get(one, 0.0) + 1 / (K + rank)
    return dict(sorted(scores.items(), key=lambda pair: (-pair[1], pair[0])))
