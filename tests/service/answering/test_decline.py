"""Whether the evidence can answer at all."""

from __future__ import annotations

import pytest

from service.answering.decline import Verdict, can_answer
from service.retrieval.evidence import Passage
from tests.fakes.evidence import passage, weights_of

E5 = "multilingual-e5-small-q4"
TEXT = "The return rate of live orders reached 31.4% in the first quarter."
ASKED = "What is the return rate of live orders?"
FOREIGN = "What does the canteen cook on Fridays?"


def verdict(question: str, *evidence: Passage, embedder: str | None = E5, second: bool = False) -> Verdict:
    return can_answer(question, evidence, weights_of(question), embedder, second)


def test_nothing_found_is_never_answerable() -> None:
    assert not verdict(ASKED).answerable


def test_words_and_meaning_together_decide() -> None:
    assert verdict(ASKED, passage(TEXT, dense=0.9)).answerable
    assert not verdict(FOREIGN, passage(TEXT, dense=0.78)).answerable
    assert verdict(ASKED, passage(TEXT, dense=0.9)).coverage == 1.0


def test_either_alone_can_be_too_weak_and_strong_meaning_can_do() -> None:
    paraphrase = passage("Three in ten parcels come back.", dense=0.98)
    assert verdict(ASKED, paraphrase).answerable
    assert not verdict(ASKED, passage("Three in ten parcels come back.", dense=0.8)).answerable


@pytest.mark.parametrize("embedder", [None, "hashing", "text-embedding-3-small"])
def test_with_an_embedder_that_nothing_was_fitted_for_words_decide(embedder: str | None) -> None:
    assert verdict(ASKED, passage(TEXT, dense=0.1), embedder=embedder).answerable
    assert not verdict(FOREIGN, passage(TEXT, dense=0.99), embedder=embedder).answerable
    assert verdict(ASKED, passage(TEXT), embedder=None).answerable


def test_the_title_and_the_heading_count_as_words() -> None:
    titled = passage("They reached 31.4%.", title="Return rate of live orders")
    assert verdict(ASKED, titled, embedder=None).answerable
    assert not verdict(ASKED, passage("They reached 31.4%."), embedder=None).answerable


@pytest.mark.parametrize(
    "question", ["What was the return rate of live orders in 2031?", "2031 年直播订单的退货率是多少？"]
)
def test_a_year_that_nobody_wrote_about_is_declined(question: str) -> None:
    chinese = "2023 年直播订单的退货率是 31.4%。"
    about = passage(chinese if question.startswith("2031") else TEXT, dense=0.97, published_at="2024-04-01")
    assert not verdict(question, about).answerable
    assert verdict(question.replace("2031", "2024"), about).answerable


def test_every_year_that_is_asked_about_has_to_be_known() -> None:
    text = f"{TEXT} In 2022 it was 20%."
    assert verdict(f"{ASKED} In 2022?", passage(text, dense=0.9)).answerable
    assert not verdict(f"{ASKED} In 2022 and in 2031?", passage(text, dense=0.9)).answerable
    assert verdict(f"{ASKED} Order 120245?", passage(text, dense=0.95)).answerable, "part of a number is no year"


def test_across_languages_the_cosine_decides_and_has_to_be_higher_the_second_time() -> None:
    question = "直播订单的退货率是多少？"
    assert verdict(question, passage(TEXT, dense=0.80)).answerable
    assert verdict(question, passage(TEXT, dense=0.80)).across
    assert not verdict(question, passage(TEXT, dense=0.80), second=True).answerable
    assert verdict(question, passage(TEXT, dense=0.85), second=True).answerable
    assert not verdict(question, passage(TEXT, dense=0.74)).answerable
    assert not verdict(question, passage(TEXT, dense=None)).answerable, "words alone know nothing of another language"


def test_the_verdict_says_how_likely_an_answer_is_and_what_is_missing() -> None:
    known, foreign = verdict(ASKED, passage(TEXT, dense=0.9)), verdict(FOREIGN, passage(TEXT, dense=0.78))
    assert known.chance is not None and foreign.chance is not None
    assert 0 < foreign.chance < known.chance < 1
    assert known.missing == ()
    assert "Fridays" in foreign.missing


def test_no_chance_is_claimed_where_nothing_was_fitted() -> None:
    assert verdict(ASKED, passage(TEXT), embedder=None).chance is None
    assert verdict("直播订单的退货率是多少？", passage(TEXT, dense=0.8)).chance is None


def test_a_year_that_nobody_wrote_about_is_missing_first() -> None:
    unknown = verdict("What was the return rate of bicycles in 2031?", passage(TEXT, dense=0.97))
    assert unknown.missing[0] == "2031"
