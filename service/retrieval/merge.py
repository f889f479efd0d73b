"""One list of hits out of those of a question and of its parts.

A chunk that answers one part alone ranks low for the whole question: of RGB's Chinese questions of two parts .79 have
both among the first ten documents when their lists take turns, against .53 for the whole question alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest

from service.retrieval.hit import Hit


def taking_turns(whole: Sequence[Hit], parts: Sequence[Sequence[Hit]]) -> list[Hit]:
    """The lists in turn, the whole question's first; a chunk that several have is as the first of them has it."""
    return descending([hit for row in zip_longest(whole, *parts) for hit in row if hit is not None])


def with_best_of(whole: Sequence[Hit], parts: Sequence[Sequence[Hit]], places: int) -> list[Hit]:
    """The whole question's list, in whose first `places` the best hit of each part stands, last of them."""
    first = {h.chunk.id for h in whole[:places]}
    best = {h[0].chunk.id: h[0] for h in parts if h and h[0].chunk.id not in first}
    if not best:
        return list(whole)
    known = {h.chunk.id: h for h in whole}
    rest = [h for h in whole if h.chunk.id not in best]
    ahead = max(0, places - len(best))
    return descending([*rest[:ahead], *(known.get(i, h) for i, h in best.items()), *rest[ahead:]])


def descending(hits: Sequence[Hit]) -> list[Hit]:
    """Each chunk once; a score is never above the one before it, so that it says where its hit stands."""
    made: dict[str, Hit] = {}
    least = float("inf")
    for hit in hits:
        if hit.chunk.id not in made:
            least = min(least, hit.score)
            made[hit.chunk.id] = hit if hit.score == least else replace(hit, score=least)
    return list(made.values())
