"""Orders the best hits of a search by a reranker; where it fails or is late, they stay, and a note says so."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from math import isfinite
from typing import TYPE_CHECKING

from service.errors import RerankerUnavailable
from service.models.base import Usage
from service.models.breaker import Breaker
from service.retrieval.hit import Hit
from service.retrieval.rerank.base import Reranker, Scored
from service.telemetry.stages import staged

if TYPE_CHECKING:
    from service.retrieval.found import Found

_log = logging.getLogger(__name__)
_AT_ONCE = 8


class Reranking:
    """One reranker for all questions. `seconds` are for a question with all its parts.

    It is not asked while its `breaker` is open, nor, where it `spends` tokens of a chat model, when none may be spent.
    """

    def __init__(
        self,
        reranker: Reranker,
        depth: int,
        seconds: float,
        breaker: Breaker | None = None,
        spends: bool = False,
    ) -> None:
        self._reranker, self._depth, self._seconds = reranker, depth, seconds
        self._breaker, self.spends = breaker or Breaker(), spends
        # Whatever a reranker does with its time, nobody waits longer than told.
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="rerank")

    @staged("rerank")
    def of(
        self, question: str, whole: Found, parts: Mapping[str, Found], within: float = math.inf, spend: bool = True
    ) -> tuple[Found, dict[str, Found]]:
        """What the question and its parts found, each list ordered for its own question, all at the same time.

        `within` are the seconds that are left of the whole answer; without `spend` no tokens may be spent on it.
        """
        if self.spends and not spend:
            return whole, dict(parts)
        seconds = min(self._seconds, within)
        ends = time.monotonic() + seconds
        lists = {question: whole, **parts}
        asked = {one: self._asked(one, found.hits[: self._depth], ends) for one, found in lists.items()}
        made = {one: self._reranked(found, asked[one], ends, seconds) for one, found in lists.items()}
        used = [found.usage for found in made.values() if found.usage is not None]
        total = Usage()
        for one in used:
            total.add(one)
        return replace(made.pop(question), usage=total if used else None), made

    def _asked(self, question: str, best: Sequence[Hit], ends: float) -> Future[Scored] | None:
        """The scores of what is to be ordered; none are needed for a single hit."""
        return self._pool.submit(self._scored, question, [_read(h) for h in best], ends) if len(best) > 1 else None

    def _scored(self, question: str, texts: Sequence[str], ends: float) -> Scored:
        call = self._breaker.call()
        if call is None:
            raise RerankerUnavailable("the reranker has failed again and again and is left alone for now")
        try:
            made = self._reranker.scores(question, texts, max(0, ends - time.monotonic()))
            if len(made.scores) != len(texts) or not all(map(isfinite, made.scores)):
                raise RerankerUnavailable("the reranker gave something else than a score for each passage")
        except BaseException:
            call.failed()
            raise
        call.succeeded()
        return made

    def _reranked(self, found: Found, asked: Future[Scored] | None, ends: float, seconds: float) -> Found:
        """By the reranker's scores, equal ones as they were; each place keeps its score of the search, descending."""
        if asked is None:
            return found
        try:
            scored = asked.result(max(0, ends - time.monotonic()))
        except TimeoutError:
            asked.cancel()
            return self._left(found, f"the reranker took longer than {seconds:.3g} s")
        except RerankerUnavailable as error:
            return self._left(found, str(error))
        except Exception as error:  # whatever it is, nobody who asks has to hear of it
            _log.exception("The reranker failed.")
            return self._left(found, f"the reranker failed ({type(error).__name__})")
        best, rest = found.hits[: self._depth], found.hits[self._depth :]
        order = sorted(range(len(best)), key=lambda i: -scored.scores[i])
        made = [
            replace(best[i], rerank=scored.scores[i], score=place.score) for i, place in zip(order, best, strict=True)
        ]
        return replace(found, hits=(*made, *rest), usage=scored.usage)

    def _left(self, found: Found, why: str) -> Found:
        _log.warning("Passages were not reranked: %s.", why)
        return replace(found, notes=(*found.notes, f"passages stay in the order of the search: {why}"))


def as_reranked(hits: Sequence[Hit], found: Sequence[Hit]) -> list[Hit]:
    """The hits in the order of the scores that they have among those found; as they are where one has none."""
    known = {hit.chunk.id: hit.rerank for hit in found if hit.rerank is not None}
    if any(hit.chunk.id not in known for hit in hits):
        return list(hits)
    return sorted((replace(hit, rerank=known[hit.chunk.id]) for hit in hits), key=lambda hit: -known[hit.chunk.id])


def _read(hit: Hit) -> str:
    """What a reranker reads of a hit."""
    return "\n\n".join(part for part in (hit.article.title, hit.chunk.section, hit.chunk.text) if part)
