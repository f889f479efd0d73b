"""What speaks for and against an answer being in the evidence."""

from __future__ import annotations

from service.answering.deciding.asked import Asked
from service.answering.deciding.signals import NAMES, chance, kind_bonus, signals
from service.retrieval.evidence import Passage
from tests.fakes.evidence import passage, weights_of

TEXT = "The return rate of live orders reached 31.4% in the first quarter."


def seen(question: str, *evidence: Passage) -> dict[str, float]:
    return dict(zip(NAMES, signals(Asked.of(question, weights_of(question)), evidence), strict=True))


def likely(question: str, text: str, dense: float) -> float:
    return chance(Asked.of(question, weights_of(question)), [passage(text, dense=dense)])


def test_each_signal_says_what_it_is_named_for() -> None:
    one = seen("What return rate did live orders reach?", passage(TEXT, dense=0.9))
    assert one["window"] == one["passage"] == 1.0
    assert one["cosine"] == 0.9
    assert one["denial"] == one["opposites"] == one["denied"] == 0.0
    assert one["terms"] == 5.0


def test_a_name_and_a_number_that_are_missing_are_told_apart() -> None:
    one = seen("What was the return rate of Larkfield orders on 18 May?", passage(TEXT, dense=0.9))
    assert one["names"] == 0.0
    assert one["numbers"] == 0.0


def test_words_near_each_other_and_in_order_count_as_pairs() -> None:
    question = "return rate of live orders"
    near = seen(question, passage("The return rate of live orders rose.", dense=0.9))
    apart = seen(question, passage("Live hosts know that orders rise. They do not rate a return.", dense=0.9))
    assert near["pairs"] == 1.0 > apart["pairs"]


def test_a_word_of_the_same_beginning_counts_in_part() -> None:
    one = seen("What destroys parcels?", passage("The destruction of parcels began.", dense=0.9))
    assert one["window"] < one["stems"] < 1.0


def test_denial_and_opposites_lower_the_chance_in_both_languages() -> None:
    assert likely("Which orders were returned?", "Live orders were returned.", 0.9) > likely(
        "Which orders were not returned?", "Live orders were returned.", 0.9
    )
    assert likely("发货最多的仓库在哪里？", "发货最多的仓库在杭州。", 0.9) > likely(
        "发货最多的仓库在哪里？", "发货最少的仓库在杭州。", 0.9
    )


def test_a_denial_in_another_clause_denies_nothing() -> None:
    question = "Which orders were not returned?"
    assert seen(question, passage("Live orders were not returned.", dense=0.9))["denial"] == 0.0
    elsewhere = passage("Live orders were returned, which nobody had not expected.", dense=0.9)
    assert seen(question, elsewhere)["denial"] == 1.0
    assert seen("Which orders were returned?", elsewhere)["denial"] == 0.0


def test_a_kind_that_is_asked_for_and_missing_is_seen() -> None:
    assert seen("When are parcels returned?", passage("Parcels are returned.", dense=0.9))["kind"] == 1.0
    assert seen("When are parcels returned?", passage("Parcels are returned in May 2024.", dense=0.9))["kind"] == 0.0
    assert seen("多少包裹被退回？", passage("包裹被退回。", dense=0.9))["kind"] == 1.0
    assert kind_bonus("Why are parcels returned?", "Because they are late.") > 0
    assert kind_bonus("How many parcels?", "Some parcels.") < 0


def test_a_long_question_is_looked_for_in_all_passages_together() -> None:
    question = (
        "Which studio sold umbrellas, lanterns, kettles and bicycles while another hired porters, clerks and guards?"
    )
    halves = (
        passage("A studio sold umbrellas, lanterns, kettles and bicycles.", 1, dense=0.9),
        passage("Another studio hired porters, clerks and guards.", 2, dense=0.9),
    )
    both, alone = seen(question, *halves), seen(question, halves[0])
    assert both["long_all"] > alone["long_all"] > 0
    assert seen("Who hired guards?", *halves)["long_all"] == 0.0
