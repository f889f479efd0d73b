"""What a search finds."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.article import Article, Chunk


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk, where it comes from, and why it was found; `said` is the cosine of its nearest sentence, if compared.

    `rerank` is the reranker's score, for the hits that it read.
    """

    chunk: Chunk
    article: Article
    dense: float | None
    keyword: float | None
    score: float
    said: float | None = None
    rerank: float | None = None
