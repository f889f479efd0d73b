"""Which articles are older editions of others."""

from __future__ import annotations

from typing import Any

import pytest

from ingest.article import Article
from service.retrieval.editions import newest_first, superseded
from service.retrieval.evidence import evidence_from
from tests.fakes.evidence import passage

ASKED = "Which client do I install?"


def edition(number: int, title: str, published: str | None, text: str = "The client is new.", **more: Any) -> Article:
    return passage(text, number, id=f"e{number}", title=title, published_at=published, **more).article


OLD = edition(1, "VPN setup guide (2022)", "2022-02-14")
NEW = edition(2, "VPN Setup Guide, 2024", "2024-01-22")


def test_a_title_that_differs_in_its_year_is_an_edition() -> None:
    newest = edition(3, "VPN setup guide – 2025", "2025-03-01")
    assert superseded(ASKED, [NEW, OLD]) == {"e1": "e2"}
    assert superseded(ASKED, [OLD, newest, NEW]) == {"e1": "e3", "e2": "e3"}


def test_a_question_for_a_year_gets_that_years_edition() -> None:
    assert superseded("Which client did I install in 2022?", [OLD, NEW]) == {}
    assert superseded("Which client do I install in 2024?", [OLD, NEW]) == {"e1": "e2"}


def test_what_is_no_edition_stays() -> None:
    assert superseded(ASKED, [OLD, edition(2, "VPN trouble guide (2024)", "2024-01-22")]) == {}
    assert superseded(ASKED, [OLD, edition(2, "VPN setup guide (2024)", None)]) == {}
    assert superseded(ASKED, [OLD, edition(2, "VPN setup guide (2024)", "2024-01-22", language="zh")]) == {}
    minutes = [edition(1, "Minutes", "2024-01-01"), edition(2, "Minutes", "2024-02-01")]
    assert superseded(ASKED, minutes) == {}, "a series has one title, and its numbers stay true"


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("Travel policy (v2)", "Travel policy v3.1"),
        ("Handbook, 2nd edition", "Handbook, revised edition"),
        ("差旅制度（第二版）", "差旅制度（第三版）"),
        ("Roadmap 2024-06", "Roadmap 2024-11"),
    ],
)
def test_versions_in_a_title_are_editions_too(older: str, newer: str) -> None:
    one, other = edition(1, older, "2024-06-01"), edition(2, newer, "2024-11-01")
    assert superseded(ASKED, [one, other]) == {"e1": "e2"}


@pytest.mark.parametrize(
    ("title", "text", "replaced"),
    [
        ("Remote work rules", "This page replaces the Home office guide. Ask your lead.", True),
        ("Remote work rules", "It supersedes the guide for the home office.", True),
        ("Remote work rules", "A laptop replaces the desktop computer. The home office is warm; see the guide.", False),
        ("Remote work rules", "This page was replaced by the Home office guide.", False),
    ],
)
def test_a_later_article_that_names_what_it_replaces(title: str, text: str, replaced: bool) -> None:
    old = edition(1, "Home office guide", "2022-05-01")
    new = edition(2, title, "2024-05-01", text)
    assert superseded(ASKED, [old, new]) == ({"e1": "e2"} if replaced else {})


def test_a_chinese_article_names_what_it_replaces_before_or_after() -> None:
    old = edition(1, "差旅报销办法", "2022-05-01", "旧规定。")
    for text in ("本制度取代《差旅报销办法》。", "《差旅报销办法》自即日起废止。"):
        new = edition(2, "费用制度", "2024-05-01", text)
        assert superseded("报销上限是多少？", [old, new]) == {"e1": "e2"}


def test_the_newest_edition_comes_first_and_what_is_no_edition_keeps_its_place() -> None:
    told = [
        ("e1", "VPN setup guide (2022)", "2022-02-14"),
        ("other", "Canteen", None),
        ("e3", "VPN Setup Guide, 2024", "2024-01-22"),
    ]
    hits = [
        passage(f"{name}.", n, id=name, title=title, published_at=date).hits[0]
        for n, (name, title, date) in enumerate([*told, told[0]], 1)
    ]
    assert [h.article.id for h in newest_first(ASKED, hits)] == ["other", "e3", "e1", "e1"]
    assert newest_first("Which client did I install in 2022?", hits) == hits


def test_of_two_passages_that_say_the_same_that_of_the_newer_edition_is_kept() -> None:
    old, new, copy = (
        passage("Ask the desk for a key.", n, id=f"e{n}", title=title, published_at=date).hits[0]
        for n, (title, date) in enumerate(
            [("VPN guide (2022)", "2022-01-01"), ("VPN guide (2024)", "2024-01-01"), ("Keys", "2025-01-01")], 1
        )
    )
    assert [p.article.id for p in evidence_from([old, new], 6)] == ["e2"]
    assert [p.article.id for p in evidence_from([old, copy], 6)] == ["e1"]
