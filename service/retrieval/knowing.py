"""Where words know something of a question, and where they only happen to stand in a text of another language."""

from __future__ import annotations

from itertools import chain

from ingest.article import Article, Chunk
from ingest.language import is_cjk, language_of
from ingest.terms import terms
from service.retrieval.weights import TermWeights

# Below this share of the question's weight the keyword list knows only a name or a number, and orders by noise.
_VOTES_FROM = 0.15


def knowing(
    question: str, keyword: dict[str, float], visible: dict[str, tuple[Chunk, Article]], weights: TermWeights
) -> dict[str, float]:
    """The keyword list where it knows something: chunks in the question's script, the best with enough of its terms.

    A name or a number that stands in text of another language would outvote the vectors, which know more there.
    """
    script = is_cjk(language_of(question))
    known = {i: s for i, s in keyword.items() if i in visible and is_cjk(visible[i][1].language) == script}
    knows = any(weights.coverage_of(_searched(*visible[i])) >= _VOTES_FROM for i in list(known)[:5])
    return known if knows else {}


def _searched(chunk: Chunk, article: Article) -> frozenset[str]:
    return frozenset(chain(terms(article.title), terms(chunk.section or ""), terms(chunk.text)))
