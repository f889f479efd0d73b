"""Candidates with what speaks for each: cosines for those that words found, words for those that vectors found."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ingest.article import Article, Chunk
from ingest.embedding import Vectors
from ingest.index import Catalogue
from service.retrieval.signals import Candidate, Signals, Wanted, signals

Visible = Mapping[str, tuple[Chunk, Article]]


def weighed(
    wanted: Wanted,
    visible: Visible,
    dense: Mapping[str, float],
    vector: Vectors,
    catalogue: Catalogue,
    generation: int | None,
) -> tuple[list[str], Signals]:
    """Ids of the chunks, and their signals, a row each.

    Raises:
        TransientError: the catalogue cannot be read.
    """
    ids = list(visible)
    words = catalogue.indexed_terms(ids, generation)
    ids = [i for i in ids if i in words]
    stored = catalogue.vectors_of([i for i in ids if i not in dense], generation)
    cosines = np.array([_cosine(dense.get(i), stored.get(i), vector) for i in ids])
    candidates = [_candidate(*visible[i], words[i]) for i in ids]
    together = " ".join(part for i in ids for part in words[i] if part)
    return ids, signals(wanted, candidates, cosines, max((together.count(" ") + 1) / max(len(ids), 1), 1.0))


def _cosine(found: float | None, stored: Vectors | None, vector: Vectors) -> float:
    if found is not None:
        return found
    return float("nan") if stored is None else float(stored @ vector)


def _candidate(chunk: Chunk, article: Article, words: tuple[str, str, str]) -> Candidate:
    return Candidate(chunk.id, article.id, chunk.ordinal, article.language, article.published_at, article.url, *words)
