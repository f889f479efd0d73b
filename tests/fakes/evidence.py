"""Evidence as retrieval gives it, without an index."""

from __future__ import annotations

from typing import Any

from ingest.article import Article, Chunk
from ingest.index import Build
from ingest.language import language_of
from ingest.terms import question_terms
from service.retrieval.evidence import Passage
from service.retrieval.found import Found
from service.retrieval.hit import Hit
from service.retrieval.weights import TermWeights


def passage(text: str, number: int = 1, *, dense: float | None = None, version: int = 1, **article: Any) -> Passage:
    """The whole text of an article as a source."""
    article = {"id": f"article-{number}", "title": f"Article {number}", "uri": f"{number}.txt"} | article
    whole = Article(text=text, language=article.pop("language", None) or language_of(text), **article)
    chunk = Chunk(f"{whole.id}:0", whole.id, version, 0, 0, len(text), text)
    return Passage(number, whole, version, 0, len(text), (Hit(chunk, whole, dense, None, 1.0),))


def weights_of(question: str) -> TermWeights:
    """Every term of the question weighs alike."""
    return TermWeights(dict.fromkeys(question_terms(question), 1.0))


def found(question: str, *passages: Passage) -> Found:
    """What a search by words alone found."""
    return Found(
        Build(None, None, None), tuple(hit for p in passages for hit in p.hits), weights_of(question), None, ()
    )
