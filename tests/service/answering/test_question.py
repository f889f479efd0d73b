"""What may be asked, and what is said of what may not."""

from __future__ import annotations

import pytest

from prompts import phrase
from service.answering.question import checked
from service.errors import QuestionRejected


def refused(text: str, language: str | None = None) -> str:
    with pytest.raises(QuestionRejected) as told:
        checked(text, 2000, language)
    return str(told.value)


@pytest.mark.parametrize("text", ["", "   ", "\n\t\u3000 "])
def test_an_empty_question_is_refused(text: str) -> None:
    assert refused(text) == phrase("question_empty", "en")


@pytest.mark.parametrize("text", ["😀", "👩‍👩‍👧‍👦 🎉🎉", "???", "。。。", "—"])
def test_a_question_without_words_is_refused(text: str) -> None:
    assert refused(text) == phrase("question_wordless", "en")


@pytest.mark.parametrize("bad", ["\x00", "\x07", "\x1b[31m", "\x7f", "\x9b", "\ud83d", "\udcff"])
def test_control_characters_and_lone_surrogates_are_refused(bad: str) -> None:
    assert refused(f"Why is{bad} it so?") == phrase("question_control", "en")
    assert refused(f"为什么{bad}是这样？") == phrase("question_control", "zh")


@pytest.mark.parametrize(("character", "language"), [("a", "en"), ("为", "zh")])
def test_too_long_a_question_is_refused_with_its_length_in_its_language(character: str, language: str) -> None:
    assert refused(character * 100_000) == phrase("question_long", language, length="100,000", most="2,000")


def test_the_language_asked_for_is_the_one_that_is_spoken() -> None:
    assert refused("", "zh") == phrase("question_empty", "zh")
    assert refused("why " * 1000, "zh") == phrase("question_long", "zh", length="3,999", most="2,000")


def test_a_language_without_phrases_is_answered_in_english() -> None:
    assert refused("", "fr") == phrase("question_empty", "en")
    assert refused("", "../en") == phrase("question_empty", "en")


@pytest.mark.parametrize(
    "text", ["Why?", "618", "为什么？", "line one\nline two\tend", "a" * 2000, "Wer hat’s erfunden? 🙂"]
)
def test_all_else_may_be_asked_without_the_space_around_it(text: str) -> None:
    assert checked(f"  {text}\r\n", 2000) == text
