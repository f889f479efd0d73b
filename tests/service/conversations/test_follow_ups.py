"""What follow-ups mean, read by rules alone: a table in two languages, and across them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.conversations.condense import read
from service.conversations.reading import Before

TABLE = tomllib.loads(Path(__file__).with_name("follow_ups.toml").read_text("utf-8"))["conversation"]


def before(question: str, said: str = "", title: str = "", author: str = "", offered: str = "") -> Before:
    return Before(question, said, said, (title,) if title else (), (author,) if author else (), offered)


def cases() -> Iterator[tuple[Before, str, list[str]]]:
    for row in TABLE:
        follow_ups = row.pop("follow_ups")
        for asked, means in follow_ups:
            yield before(**row), asked, [means] if isinstance(means, str) else means


CASES = list(cases())


@pytest.mark.parametrize(("first", "asked", "means"), CASES, ids=lambda x: x if isinstance(x, str) else "")
def test_a_follow_up_stands_alone(first: Before, asked: str, means: list[str]) -> None:
    assert read(asked, first).text in means


def test_what_comes_back_changed_leaned_and_what_stands_alone_is_untouched() -> None:
    for first, asked, _ in CASES:
        reading = read(asked, first)
        assert (reading.kind == "leans") == (reading.text != asked), asked


@pytest.mark.parametrize("asked", ["yes", "Yes, please", "ok", "sure", "好的", "是的", "继续"])
def test_assent_takes_up_what_was_offered(asked: str) -> None:
    offered = "What does “Annual leave” say about “Carrying over”?"
    meant = read(asked, before("How much leave is there?", offered=offered))
    assert meant.kind == "leans"
    assert meant.text == (offered if asked != "继续" else "What is there about leave?")


@pytest.mark.parametrize("asked", ["yes", "好的", "tell me more", "还有呢？"])
def test_assent_to_nothing_in_particular_asks_for_more(asked: str) -> None:
    assert read(asked, before("直播订单的退货率是多少？")).text == "直播订单的退货率是怎样的？"


def test_a_sum_replaces_a_sum_and_leaves_the_year() -> None:
    first = before("How much was paid above CNY 1,250.50 in 2023?")
    assert read("and 900?", first).text == "How much was paid above CNY 900 in 2023?"
    assert read("and in 2022?", first).text == "How much was paid above CNY 1,250.50 in 2022?"


def test_a_question_that_was_drawn_out_does_not_grow_with_each_turn() -> None:
    first = before("Who approves an expense claim, and how long?")
    assert read("what about contractors?", first).text == "Who approves an expense claim for contractors?"
