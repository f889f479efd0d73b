"""Which articles are older editions of others."""

from __future__ import annotations

import pytest

from service.answering.editions import newest_first, superseded
from service.retrieval.evidence import Passage
from tests.fakes.evidence import passage

ASKED = "Which client do I install?"


def edition(number: int, title: str, published: str | None, **more: str) -> Passage:
    return passage("The client is new.", number, id=f"e{number}", title=title, published_at=published, **more)


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
    new = passage(text, 2, id="e2", title=title, published_at="2024-05-01")
    assert superseded(ASKED, [old, new]) == ({"e1": "e2"} if replaced else {})


def test_a_chinese_article_names_what_it_replaces_before_or_after() -> None:
    old = passage("旧规定。", 1, id="e1", title="差旅报销办法", published_at="2022-05-01")
    for text in ("本制度取代《差旅报销办法》。", "《差旅报销办法》自即日起废止。"):
        new = passage(text, 2, id="e2", title="费用制度", published_at="2024-05-01")
        assert superseded("报销上限是多少？", [old, new]) == {"e1": "e2"}


def test_the_newest_edition_comes_first_and_what_is_no_edition_keeps_its_place() -> None:
    other = passage("Something else.", 2, id="other")
    newer = edition(3, "VPN Setup Guide, 2024", "2024-01-22")
    ordered = newest_first(ASKED, [OLD, other, newer])
    assert [(p.number, p.article.id) for p in ordered] == [(1, "other"), (2, "e3"), (3, "e1")]
    assert newest_first("Which client did I install in 2022?", [OLD, other, newer]) == [OLD, other, newer]
