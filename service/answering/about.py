"""Questions about an article itself: who wrote it. Their words stand in no sentence, the byline answers them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.article import Article
from ingest.language import is_cjk, language_of
from ingest.sentences import Span, sentences
from ingest.terms import question_terms
from service.retrieval.evidence import Passage
from service.retrieval.found import Found
from service.retrieval.weights import TermWeights

_WHO_WROTE = re.compile(
    r"\bwho(?:\s+\w+)?\s+(?:wrote|authored|penned|is the (?:author|writer)|was the (?:author|writer)|are the authors)\b"
    r"|\b(?:author|writer) of\b|\bwho (?:is|was) (?:this|it|the article) (?:written )?by\b|\bwritten by whom\b"
    r"|谁(?:写|撰写)的?|作者(?:是谁|是哪位|叫什么)|(?:哪位|哪个)作者",
    re.IGNORECASE,
)
# Words of such a question that do not say which article is meant.
_NOT_A_SUBJECT = frozenset(
    question_terms(
        "wrote write written author authored penned writer article piece text post story report document name "
        "作者 文章 这篇文章 谁写 写 写了 撰写 报道 叫什么"
    )
)
_ENOUGH = 0.5


def byline_for(question: str, found: Found, articles: int) -> Passage | None:
    """The byline that answers a question for the author, or None where none is asked for or it is not clear whose."""
    if not found.hits or not _WHO_WROTE.search(question):
        return None
    best = found.hits[0]
    subject = {t: w for t, w in found.weights.weights.items() if t not in _NOT_A_SUBJECT}
    if subject:
        about = f"{best.article.title}\n{best.chunk.section or ''}\n{best.chunk.text}"
        if TermWeights(subject).coverage(about) < _ENOUGH:
            return None
    elif articles > 1:
        return None
    span = _byline(best.article)
    return Passage(1, best.article, best.chunk.version, span.start, span.end, (best,)) if span else None


def with_first(asked_for: Passage, evidence: Sequence[Passage]) -> list[Passage]:
    """The evidence, what was asked for by name before it."""
    return [
        asked_for,
        *(
            Passage(number, p.article, p.version, p.start, p.end, p.hits)
            for number, p in enumerate(evidence, asked_for.number + 1)
        ),
    ]


def _byline(article: Article) -> Span | None:
    """The sentence nearest to either end of the text that names the author."""
    if not article.author:
        return None
    # A short name is part of other words: Li of "Like". Chinese has no gaps to look for.
    edge = "" if is_cjk(language_of(article.author)) else r"\b"
    name = re.compile(f"{edge}{re.escape(article.author)}{edge}")
    named = [s for s in sentences(article.text) if name.search(article.text, s.start, s.end)]
    return min(named, key=lambda s: min(s.start, len(article.text) - s.end), default=None)
