"""Words that mean the opposite, and words that deny."""

from __future__ import annotations

import pytest

from ingest.terms import question_terms, terms
from service.answering.opposites import denies, opposed


def count(question: str, text: str) -> int:
    return opposed(frozenset(question_terms(question)), frozenset(terms(text)), question, text)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Which studio is the largest?", "The smallest studio is in Hangzhou."),
        ("What increased in May?", "Returns decreased in May."),
        ("哪个仓库发货最多？", "杭州仓库发货最少。"),
        ("退货率什么时候上升？", "五月退货率下降。"),
    ],
)
def test_a_word_that_stands_only_as_its_opposite_is_counted(question: str, text: str) -> None:
    assert count(question, text) == 1
    assert count(question, question) == 0


def test_a_question_that_has_both_is_not_opposed() -> None:
    assert count("Did returns increase or decrease?", "Returns decrease in May.") == 0
    assert count("退货率上升还是下降？", "退货率下降。") == 0


@pytest.mark.parametrize("text", ["It isn't open.", "No host may promise it.", "本店不退货", "没有文章提到"])
def test_denial_is_seen(text: str) -> None:
    assert denies(text)


@pytest.mark.parametrize("text", ["It is open.", "Notable hosts know nothings.", "不过可以退货", "未来可以退货"])
def test_words_that_only_look_like_denial_are_not(text: str) -> None:
    assert not denies(text)
