"""Who wrote it: the byline answers, where it is clear whose."""

from __future__ import annotations

import pytest

from service.answering.about import byline_for, with_first
from tests.fakes.evidence import found, passage

TEXT = "Robots sort the parcels at night.\n\nThe night shift is smaller now.\n\nReported by Mara Lindqvist."


def byline(question: str, text: str = TEXT, articles: int = 1, **article: str) -> str | None:
    one = passage(text, **({"author": "Mara Lindqvist", "title": "Robots at night"} | article))
    answer = byline_for(question, found(question, one), articles)
    return None if answer is None else answer.text


@pytest.mark.parametrize(
    "question",
    [
        "Who wrote the article?",
        "Who is the author of this?",
        "who wrote about robots at night",
        "Who was this written by?",
        "这篇文章是谁写的？",
        "作者是谁？",
    ],
)
def test_a_question_for_the_author_is_answered_by_the_byline(question: str) -> None:
    assert byline(question) == "Reported by Mara Lindqvist."


@pytest.mark.parametrize("question", ["Who sorts the parcels?", "How do I authorise a parcel?", "作者的意思是什么？"])
def test_other_questions_are_not(question: str) -> None:
    assert byline(question) is None


def test_among_many_articles_one_has_to_be_meant() -> None:
    assert byline("Who wrote the article?", articles=2) is None
    assert byline("Who wrote the article on robots at night?", articles=2) == "Reported by Mara Lindqvist."
    assert byline("Who wrote the article on the canteen menu?", articles=2) is None


def test_an_article_without_a_byline_answers_nothing() -> None:
    assert byline("Who wrote the article?", author="") is None
    assert byline("Who wrote the article?", text="Robots sort the parcels at night.") is None


def test_a_short_name_inside_a_word_is_no_byline() -> None:
    text = "Like every year, the fair was full.\n\nThe halls close at six.\n\nBy Li"
    assert byline("Who wrote the article?", text=text, author="Li") == "By Li"
    assert byline("Who wrote the article?", text="Like every year, the fair was full.", author="Li") is None


def test_a_chinese_name_needs_no_gaps() -> None:
    assert byline("作者是谁？", text="仓库很忙。\n\n本文作者王小明供职于物流部。", author="王小明") == (
        "本文作者王小明供职于物流部。"
    )


def test_the_byline_comes_first_and_the_rest_moves_down() -> None:
    one, two = passage(TEXT, author="Mara Lindqvist"), passage("Other text.", 2)
    first = byline_for("Who wrote the article?", found("Who wrote the article?", one), 1)
    assert first is not None
    numbered = with_first(first, [one, two])
    assert [p.number for p in numbered] == [1, 2, 3]
    assert [p.text for p in numbered] == ["Reported by Mara Lindqvist.", one.text, two.text]
