"""Editions of one text: what last year's guide says gives way to what this year's says."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.article import Article
from ingest.terms import terms
from service.retrieval.hit import Hit

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
# What tells editions apart in a title: a year, (v2), version 3.1, 3rd edition, 第二版, 修订.
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
# Further down nobody reads.
_AMONG = 30


def superseded(question: str, articles: Sequence[Article]) -> dict[str, str]:
    """Article ids, each with that of its newest edition among the articles; none whose year the question names.

    Editions have the same title but for a year or a version in it, and dates: "Guide (2022)" gives way to
    "Guide (2024)". So does an article whose title a later one names as replaced.
    """
    dated = {a.id: a for a in articles if a.published_at}
    series: dict[tuple[str, str], list[Article]] = {}
    for article in dated.values():
        if _EDITION.search(article.title):
            series.setdefault((article.language, _without_edition(article.title)), []).append(article)
    later: dict[str, list[Article]] = {}
    for same in series.values():
        for one in same:
            later.setdefault(one.id, []).extend(a for a in same if _date(a) > _date(one))
    for newer in dated.values():
        said = _said_replaced(newer)
        for one in dated.values() if said else ():
            if _date(newer) > _date(one) and any(_names(words, one.title) for words in said):
                later.setdefault(one.id, []).append(newer)
    asked = set(_YEAR.findall(question))
    return {
        one: max(newer, key=_date).id
        for one, newer in later.items()
        if newer and asked.isdisjoint(_YEAR.findall(f"{dated[one].title} {dated[one].published_at}"))
    }


def newest_first(question: str, hits: Sequence[Hit]) -> list[Hit]:
    """The hits; those of a superseded article come after the best of the article that supersedes it."""
    among = {h.article.id: h.article for h in hits[:_AMONG]}
    older = superseded(question, list(among.values()))
    if not older:
        return list(hits)
    ordered: list[Hit] = []
    waiting: dict[str, list[Hit]] = {}
    seen: set[str] = set()
    for hit in hits:
        newer = older.get(hit.article.id)
        if newer is not None and newer not in seen:
            waiting.setdefault(newer, []).append(hit)
            continue
        ordered.append(hit)
        seen.add(hit.article.id)
        ordered.extend(waiting.pop(hit.article.id, ()))
    return ordered


def _date(article: Article) -> str:
    return article.published_at or ""


def _without_edition(title: str) -> str:
    return " ".join(re.findall(r"\w+", _EDITION.sub(" ", title).casefold()))


def _said_replaced(article: Article) -> list[frozenset[str]]:
    """Terms of what an article says near its beginning that it replaces."""
    said = []
    for match in _REPLACES.finditer(article.text, 0, _HEAD):
        before, after = article.text[max(0, match.start() - _PHRASE) : match.start()], article.text[match.end() :]
        named = "" if match[0].isascii() else _ENDS.split(before)[-1]
        said.append(frozenset(terms(f"{named} {_ENDS.split(after[:_PHRASE])[0]}")))
    return said


def _names(said: frozenset[str], title: str) -> bool:
    wanted = frozenset(terms(title))
    return bool(wanted) and len(wanted & said) >= _NAMED * len(wanted)
