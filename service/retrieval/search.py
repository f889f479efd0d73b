"""Hybrid search: Chroma and BM25, fused by score, filtered to what the asker may see."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.article import Article, Chunk
from ingest.embedding import Vectors
from ingest.errors import PermanentError, SettingsError, TransientError
from ingest.index import Index
from ingest.language import is_cjk, language_of
from ingest.terms import question_terms
from service.retrieval.fuse import fused
from service.retrieval.weights import TermWeights

_log = logging.getLogger(__name__)
_DEPTH = 50
_DEEPEST = 5000
# Below this share of the question's weight the keyword list knows only a name or a number, and orders by noise.
_VOTES_FROM = 0.15


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk, where it comes from, and why it was found."""

    chunk: Chunk
    article: Article
    dense: float | None
    keyword: float | None
    score: float


@dataclass(frozen=True, slots=True)
class Found:
    """What a search gives: hits best first, the question's terms weighed, and its vector where there is one."""

    hits: tuple[Hit, ...]
    weights: TermWeights
    vector: Vectors | None
    notes: tuple[str, ...]


class Retriever:
    """Searches one index. Blocking: call it from a thread."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._catalogue = index.catalogue

    def warm(self) -> None:
        """Load what the first question would wait for."""
        if self._index.vectors is not None and self._index.embedder is not None:
            self._index.vectors.connect()
            self._index.embedder.question("warm")

    def search(self, question: str, groups: Sequence[str], limit: int) -> Found:
        """The best `limit` chunks for a question.

        Raises:
            TransientError, IndexUnavailable: neither search could be made.
        """
        query = question_terms(question)
        frequencies, documents = self._catalogue.document_frequencies(query)
        weights = TermWeights.of(query, frequencies, documents)
        keyword = {h.chunk_id: h.score for h in self._catalogue.keyword_search(query, groups, _DEPTH)}
        dense, vector, notes = self._dense(question, groups)
        visible = self._catalogue.visible(set(keyword) | set(dense), groups)
        if dense:
            keyword = _knowing(question, keyword, visible, weights)
        ranking = fused(dense, keyword)
        hits = tuple(
            Hit(*visible[i], dense=dense.get(i), keyword=keyword.get(i), score=score)
            for i, score in list(ranking.items())[:limit]
        )
        return Found(hits, weights, vector, tuple(notes))

    def embed(self, texts: Sequence[str]) -> Vectors | None:
        """Vectors of passages, or None where there is no embedder."""
        return self._index.embedder.passages(texts) if self._index.embedder and texts else None

    def _dense(self, question: str, groups: Sequence[str]) -> tuple[dict[str, float], Vectors | None, list[str]]:
        """Cosine by chunk id, best first, of chunks the groups may see."""
        if self._index.embedder is None or self._index.vectors is None:
            return {}, None, ["no embedding model: keywords alone were searched"]
        try:
            vector = self._index.embedder.question(question)
            depth = _DEPTH
            while True:
                near = self._index.vectors.nearest(vector, depth)
                seen = self._catalogue.visible([h.chunk_id for h in near], groups)
                if len(seen) >= _DEPTH // 2 or len(near) < depth or depth >= _DEEPEST:
                    return {h.chunk_id: h.cosine for h in near if h.chunk_id in seen}, vector, []
                depth *= 10
        except (TransientError, PermanentError, SettingsError) as error:
            _log.warning("%s", error)
            return {}, None, ["the vectors could not be searched: keywords alone were"]


def _knowing(
    question: str, keyword: dict[str, float], visible: dict[str, tuple[Chunk, Article]], weights: TermWeights
) -> dict[str, float]:
    """The keyword list where it knows something: chunks in the question's script, the best with enough of its terms.

    A name or a number that stands in text of another language would outvote the vectors, which know more there.
    """
    script = is_cjk(language_of(question))
    known = {i: s for i, s in keyword.items() if i in visible and is_cjk(visible[i][1].language) == script}
    best = max((weights.coverage(_searched(*visible[i])) for i in list(known)[:5]), default=0.0)
    return known if best >= _VOTES_FROM else {}


def _searched(chunk: Chunk, article: Article) -> str:
    return "\n".join((article.title, chunk.section or "", chunk.text))
