"""The best chunks by keywords among those that a reader may see, for no more than the search itself costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from ingest.index import keywords
from ingest.index.driver import fetched, listed
from ingest.index.postings import State

# Groups that read so few chunks have them listed; of larger ones the ranking is gone through from the top.
FEW = 4000
# How much further the next piece of the ranking reaches: FTS5 counts all of it again each time.
_DEEPER, _DEEPER_IN_MEMORY = 8, 3
_OWN = (
    "SELECT DISTINCT c.row, c.id FROM article_groups g "
    "JOIN chunks c ON c.generation = ? AND c.article_id = g.article_id "
    "WHERE g.name IN (SELECT value FROM json_each(?)) LIMIT ?"
)
_READABLE = (
    "SELECT c.row, c.id FROM chunks c WHERE c.row IN (SELECT value FROM json_each(?)) AND EXISTS (SELECT 1 FROM "
    "article_groups g WHERE g.article_id = c.article_id AND g.name IN (SELECT value FROM json_each(?)))"
)


def few(connection: Connection, generation: int, groups: Sequence[str]) -> dict[int, str] | None:
    """Chunks of what the groups may read, ids by row; None where they are many."""
    found = fetched(connection, _OWN, generation, listed(groups), FEW + 1)
    return dict(found) if len(found) <= FEW else None


def best_readable(
    connection: Connection,
    generation: int,
    query: Sequence[str],
    groups: Sequence[str],
    limit: int,
    own: Mapping[int, str] | None,
    kept: State | None,
) -> list[keywords.KeywordHit]:
    """At most `limit` chunks, best first; `own` is all that the groups may read, if that is few."""
    if own is not None:
        if kept is None:
            return _hits(own, keywords.best(connection, generation, query, limit, list(own)), limit)
        rows = np.fromiter(own, np.int64, len(own)) - kept.first
        scores = kept.scores(connection, query)
        rows = rows[(rows >= 0) & (rows < len(scores))]
        return _hits(own, _top(scores, rows[scores[rows] > 0], limit, kept.first), limit)
    seen: dict[int, str] = {}
    chosen: list[tuple[int, float]] = []
    for some in _from_the_top(connection, generation, query, limit, kept):
        seen |= dict(fetched(connection, _READABLE, listed([row for row, _ in some]), listed(groups)))
        chosen += [pair for pair in some if pair[0] in seen]
        if len(chosen) >= limit:
            break
    return _hits(seen, chosen, limit)


def _hits(ids: Mapping[int, str], scored: Sequence[tuple[int, float]], limit: int) -> list[keywords.KeywordHit]:
    hits = [keywords.KeywordHit(ids[row], score) for row, score in scored]
    return sorted(hits, key=lambda h: (-h.score, h.chunk_id))[:limit]


def _from_the_top(
    connection: Connection, generation: int, query: Sequence[str], limit: int, kept: State | None
) -> Iterator[list[tuple[int, float]]]:
    """The ranking in pieces, each longer than those before."""
    scores = None if kept is None else kept.scores(connection, query)
    holding = None if scores is None else np.flatnonzero(scores)
    depth, given = limit, 0
    while True:
        if kept is None or scores is None or holding is None:
            found = keywords.best(connection, generation, query, depth)
        else:
            found = _top(scores, holding, depth, kept.first)
        yield found[given:]
        if len(found) < depth:
            return
        depth, given = (_DEEPER if kept is None else _DEEPER_IN_MEMORY) * depth, len(found)


def _top(scores: NDArray[np.float32], rows: NDArray[np.int64], depth: int, first: int) -> list[tuple[int, float]]:
    """(row, score) of the best of these rows, best first, the lower row before its equal."""
    own = scores[rows]
    if len(rows) > depth:
        least = np.partition(own, len(rows) - depth)[len(rows) - depth]
        rows, own = rows[own >= least], own[own >= least]
    order = np.lexsort((rows, -own))[:depth]
    return [(int(row) + first, float(score)) for row, score in zip(rows[order], own[order], strict=True)]
