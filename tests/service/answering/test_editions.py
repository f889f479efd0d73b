"""Which articles are older editions of others."""

from __future__ import annotations

from service.answering.editions import superseded
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
