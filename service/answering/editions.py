"""Editions of one text: what last year's guide says gives way to what this year's says."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.article import Article
from service.retrieval.evidence import Passage

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def superseded(question: str, evidence: Sequence[Passage]) -> dict[str, str]:
    """Article ids, each with that of its newest edition in the evidence; none whose year the question names.

    Editions have the same title but for a year in it, and dates: "Guide (2022)" gives way to "Guide (2024)".
    """
    asked = set(_YEAR.findall(question))
    editions: dict[tuple[str, str], list[Article]] = {}
    for article in {p.article.id: p.article for p in evidence}.values():
        if article.published_at and _YEAR.search(article.title):
            editions.setdefault((article.language, _without_year(article.title)), []).append(article)
    older: dict[str, str] = {}
    for same in editions.values():
        newest = max(same, key=lambda a: a.published_at or "")
        for one in same:
            years = _YEAR.findall(f"{one.title} {one.published_at}")
            if (one.published_at or "") < (newest.published_at or "") and asked.isdisjoint(years):
                older[one.id] = newest.id
    return older


def _without_year(title: str) -> str:
    return " ".join(re.findall(r"\w+", _YEAR.sub(" ", title).casefold()))
