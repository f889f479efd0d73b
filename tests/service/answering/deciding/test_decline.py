"""Whether the evidence can answer at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.answering.deciding.decline import Verdict, can_answer, can_answer_across
from service.retrieval.evidence import Passage
from tests.fakes.evidence import passage, weights_of

E5 = "multilingual-e5-small-q4"
TEXT = "The return rate of live orders reached 31.4% in the first quarter."
ASKED = "What is the return rate of live orders?"
FOREIGN = "What does the canteen cook on Fridays?"


def verdict(question: str, *evidence: Passage, embedder: str | None = E5) -> Verdict:
    return can_answer(question, evidence, weights_of(question), embedder)


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


CROWD = [(0.79, 0.78)] * 8


def across(*near: tuple[float | None, float | None], second: bool = False, embedder: str | None = E5) -> Verdict:
    """The verdict on English articles for a Chinese question: (cosine, that of the nearest sentence) of each."""
    passages = [passage(TEXT, number, dense=dense) for number, (dense, _) in enumerate(near, 1)]
    hits = [replace(p.hits[0], said=said) for p, (_, said) in zip(passages, near, strict=True)]
    return can_answer_across("直播订单的退货率是多少？", passages, hits, embedder, second)


def test_across_languages_the_sentence_that_stands_out_decides() -> None:
    out, slightly, level = (across((0.84, said), *CROWD) for said in (0.86, 0.80, 0.78))
    assert out.across
    assert out.answerable
    assert not across((0.75, 0.78), *CROWD).answerable
    assert out.chance is not None
    assert slightly.chance is not None
    assert level.chance is not None
    assert level.chance < slightly.chance < out.chance


def test_it_has_to_stand_out_more_where_articles_in_the_questions_own_script_have_failed() -> None:
    first, second = across((0.81, 0.80), *CROWD), across((0.81, 0.80), *CROWD, second=True)
    assert first.chance == second.chance
    assert (first.answerable, second.answerable) == (True, False)
    assert across((0.84, 0.86), *CROWD, second=True).answerable


def test_where_few_chunks_are_in_another_script_the_cosine_decides() -> None:
    assert across((0.80, 0.80)).answerable
    assert not across((0.74, 0.74)).answerable
    assert not across((0.80, 0.80), second=True).answerable
    assert across((0.80, 0.85), second=True).answerable
    assert across((0.80, 0.80)).chance is None


def test_across_languages_words_alone_know_nothing_and_an_unknown_embedder_is_trusted() -> None:
    assert not across((None, None)).answerable
    assert not across().answerable
    assert across((0.2, 0.2), embedder="text-embedding-3-small").answerable


def test_across_languages_a_year_that_nobody_wrote_about_is_declined_too() -> None:
    evidence = [passage(TEXT, dense=0.9)]
    hits = [replace(evidence[0].hits[0], said=0.95)]
    unknown = can_answer_across("2031 年直播订单的退货率是多少？", evidence, hits, E5, second=False)
    assert (unknown.answerable, unknown.missing) == (False, ("2031",))


def test_the_verdict_says_how_likely_an_answer_is_and_what_is_missing() -> None:
    known, foreign = verdict(ASKED, passage(TEXT, dense=0.9)), verdict(FOREIGN, passage(TEXT, dense=0.78))
    assert known.chance is not None and foreign.chance is not None
    assert 0 < foreign.chance < known.chance < 1
    assert known.missing == ()
    assert "Fridays" in foreign.missing


def test_no_chance_is_claimed_where_nothing_was_fitted() -> None:
    assert verdict(ASKED, passage(TEXT), embedder=None).chance is None


def test_a_year_that_nobody_wrote_about_is_missing_first() -> None:
    unknown = verdict("What was the return rate of bicycles in 2031?", passage(TEXT, dense=0.97))
    assert unknown.missing[0] == "2031"
