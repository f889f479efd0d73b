"""Editions of one text: what last year's guide says gives way to what this year's says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.article import Article
from ingest.terms import terms
from service.retrieval.evidence import Passage

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
# What tells editions apart in a title beside a year: (v2), version 3.1, 3rd edition, 第二版, 修订.
_EDITION = re.compile(
    r"(?<!\d)(?:19|20)\d\d(?:[-/.]\d{1,2}){0,2}年?(?!\d)|\bv(?:er(?:sion)?)?\.?\s?\d+(?:\.\d+)*\b|\brev(?:ision)?\.?\s?\d+\b"
    r"|\b(?:\d+(?:st|nd|rd|th)|first|second|third|fourth|fifth|new|revised|updated)\s+edition\b|\b(?:revised|updated)\b"
    r"|第[一二三四五六七八九十\d]+版|修订版?|新版|更新版",
    re.IGNORECASE,
)
_REPLACES = re.compile(r"\b(?:replac(?:es|ed|ing)|supersed(?:es|ed|ing))\b(?! by)|取代|代替|替代|废止", re.IGNORECASE)
_ENDS = re.compile(r"[.;:!?]\s|[。；！？\n]")
# Where an article says what it replaces, and how much of a title is named by it.
_HEAD, _PHRASE, _NAMED = 2000, 120, 0.8


def superseded(question: str, evidence: Sequence[Passage]) -> dict[str, str]:
    """Article ids, each with that of its newest edition in the evidence; none whose year the question names.

    Editions have the same title but for a year or a version in it, and dates: "Guide (2022)" gives way to
    "Guide (2024)". So does an article whose title a later one names as replaced.
    """
    articles = list({p.article.id: p.article for p in evidence if p.article.published_at}.values())
    asked = set(_YEAR.findall(question))
    older: dict[str, str] = {}
    for one in articles:
        later = [a for a in articles if _date(a) > _date(one) and (_same_but_edition(a, one) or _replaces(a, one))]
        if later and asked.isdisjoint(_YEAR.findall(f"{one.title} {one.published_at}")):
            older[one.id] = max(later, key=_date).id
    return older


def newest_first(question: str, evidence: Sequence[Passage]) -> list[Passage]:
    """The passages, those of superseded articles after all of the article that supersedes them; numbered anew."""
    older = superseded(question, evidence)
    if not older:
        return list(evidence)
    left, ordered = list(evidence), list[Passage]()
    while left:
        kept = {p.article.id for p in left}
        ready = next((p for p in left if older.get(p.article.id) not in kept), left[0])
        ordered.append(ready)
        left.remove(ready)
    return [replace(passage, number=number) for number, passage in enumerate(ordered, 1)]


def _date(article: Article) -> str:
    return article.published_at or ""


def _same_but_edition(one: Article, other: Article) -> bool:
    if one.language != other.language or not all(_EDITION.search(a.title) for a in (one, other)):
        return False
    return _without_edition(one.title) == _without_edition(other.title)


def _without_edition(title: str) -> str:
    return " ".join(re.findall(r"\w+", _EDITION.sub(" ", title).casefold()))


def _replaces(one: Article, other: Article) -> bool:
    """Whether an article says near its beginning that it replaces another, whose title it names."""
    title = frozenset(terms(other.title))
    for match in _REPLACES.finditer(one.text, 0, _HEAD):
        before = (
            "" if match[0].isascii() else _ENDS.split(one.text[max(0, match.start() - _PHRASE) : match.start()])[-1]
        )
        said = frozenset(terms(f"{before} {_ENDS.split(one.text[match.end() : match.end() + _PHRASE])[0]}"))
        if title and len(title & said) >= _NAMED * len(title):
            return True
    return False
