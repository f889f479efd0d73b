"""A question taken apart, and what of it the evidence lacks."""

from __future__ import annotations

import pytest

from service.answering.deciding.asked import Asked, missing
from tests.fakes.evidence import passage, weights_of

TEXT = "The return rate of live orders reached 31.4% in the first quarter."
CHINESE = "员工入职满六年后，每年有 15 天年假。年假须提前申请。"


def asked(question: str) -> Asked:
    return Asked.of(question, weights_of(question))


def test_names_and_numbers_are_told_from_other_words() -> None:
    one = asked("How many parcels did Larkfield send on 18 June?")
    assert one.names == {"larkfield", "june"}
    assert one.numbers == {"18"}
    assert "mani" not in one.weights
    assert asked("《四海》的导演是谁？").names == {"四海"}


def test_coverage_is_the_share_of_weight_and_whole_where_nothing_is_asked_for() -> None:
    one = asked("return rate of bicycles")
    assert one.coverage({"return", "rate"}) == pytest.approx(2 / 3)
    assert one.coverage({"return"}, {"return"}) == 1.0
    assert one.coverage(set(), one.names) == 1.0


def test_a_denied_question_is_known_in_both_languages() -> None:
    assert asked("Which parcels were not returned?").denied
    assert asked("哪些订单没有退货？").denied
    assert not asked("Which parcels were returned?").denied
    assert not asked("哪些订单退货了？").denied


@pytest.mark.parametrize(
    ("question", "text", "words"),
    [
        ("How much does Larkfield pay towards a desk chair at home?", f"Larkfield pays at home. {TEXT}", "desk chair"),
        ("What is the return rate of bicycles?", TEXT, "bicycles"),
        ("公司食堂几点开门？", CHINESE, "公司食堂"),
        ("年假可以带宠物吗？", CHINESE, "带宠物"),
    ],
)
def test_what_is_missing_is_named_in_the_askers_own_words(question: str, text: str, words: str) -> None:
    found = missing(question, [passage(text)], weights_of(question))
    assert any(words in one or one in words for one in found), found
    assert all(one in question for one in found)


def test_a_missing_name_comes_before_a_missing_word() -> None:
    question = "Which bicycles did Zephyrion return?"
    assert missing(question, [passage(TEXT)], weights_of(question))[0] == "Zephyrion"


def test_nothing_is_missing_where_all_is_there_or_the_languages_differ() -> None:
    question = "What is the return rate of live orders?"
    assert missing(question, [passage(TEXT)], weights_of(question)) == ()
    assert missing(question, [passage(CHINESE)], weights_of(question)) == ()
    assert missing(question, [], weights_of(question)) == ()


def test_a_word_that_nobody_would_look_for_is_not_named() -> None:
    question = "Which live orders besides shoes had the least returns among all customers?"
    assert set(missing(question, [passage(TEXT)], weights_of(question))) == {"shoes", "customers"}
