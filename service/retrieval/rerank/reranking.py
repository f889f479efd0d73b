"""Orders the best hits of a search by a reranker; where it fails or is late, they stay, and a note says so."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from service.errors import RerankerUnavailable
from service.models.base import Usage
from service.retrieval.hit import Hit
from service.retrieval.rerank.base import Reranker

if TYPE_CHECKING:
    from service.retrieval.search import Found

_log = logging.getLogger(__name__)
_AT_ONCE = 8


class Reranking:
    """One reranker for all questions. `seconds` are for a question with all its parts."""

    def __init__(self, reranker: Reranker, depth: int, seconds: float) -> None:
        self._reranker, self._depth, self._seconds = reranker, depth, seconds
        # Whatever a reranker does with its time, nobody waits longer than told.
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="rerank")

    def of(self, question: str, whole: Found, parts: Mapping[str, Found]) -> tuple[Found, dict[str, Found]]:
        """What the question and its parts found, each list ordered for its own question."""
        ends = time.monotonic() + self._seconds
        made = self._reranked(question, whole, ends)
        others = {one: self._reranked(one, found, ends) for one, found in parts.items()}
        used = [found.usage for found in (made, *others.values()) if found.usage is not None]
        total = Usage(sum(u.prompt for u in used), sum(u.completion for u in used)) if used else None
        return replace(made, usage=total), others

    def _reranked(self, question: str, found: Found, ends: float) -> Found:
        best, rest = found.hits[: self._depth], found.hits[self._depth :]
        if len(best) < 2:
            return found
        try:
            hits, usage = self._ordered(question, best, ends)
        except RerankerUnavailable as error:
            _log.warning("Passages were not reranked: %s.", error)
            return replace(found, notes=(*found.notes, f"passages stay in the order of the search: {error}"))
        return replace(found, hits=(*hits, *rest), usage=usage)

    def _ordered(self, question: str, hits: Sequence[Hit], ends: float) -> tuple[list[Hit], Usage | None]:
        """By the reranker's scores, equal ones as they were; each place keeps its score of the search, descending."""
        left = ends - time.monotonic()
        if left <= 0:
            raise RerankerUnavailable(self._late())
        asked = self._pool.submit(self._reranker.scores, question, [_read(hit) for hit in hits], left)
        try:
            scored = asked.result(left)
        except TimeoutError:
            asked.cancel()
            raise RerankerUnavailable(self._late()) from None
        order = sorted(range(len(hits)), key=lambda i: -scored.scores[i])
        made = [
            replace(hits[i], rerank=scored.scores[i], score=place.score) for i, place in zip(order, hits, strict=True)
        ]
        return made, scored.usage

    def _late(self) -> str:
        return f"the reranker took longer than {self._seconds:g} s"


def as_reranked(hits: Sequence[Hit], found: Sequence[Hit]) -> list[Hit]:
    """The hits in the order of the scores that they have among those found; as they are where one has none."""
    known = {hit.chunk.id: hit.rerank for hit in found if hit.rerank is not None}
    if any(hit.chunk.id not in known for hit in hits):
        return list(hits)
    return sorted((replace(hit, rerank=known[hit.chunk.id]) for hit in hits), key=lambda hit: -known[hit.chunk.id])


def _read(hit: Hit) -> str:
    """What a reranker reads of a hit."""
    return "\n".join(part for part in (hit.article.title, hit.chunk.section, hit.chunk.text) if part)
