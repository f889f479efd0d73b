"""What a question wants, and which sentences have it."""

from __future__ import annotations

import pytest

from service.answering.deciding import question_kind as kind


@pytest.mark.parametrize(
    ("question", "why", "how_many", "when"),
    [
        ("Why is live streaming invisible this 618?", True, False, False),
        ("What is the reason for the delay?", True, False, False),
        ("为什么退货率这么高？", True, False, False),
        ("How many days of leave do I get?", False, True, False),
        ("How long is parental leave?", False, True, False),
        ("直播订单的退货率是多少？", False, True, False),
        ("年假有几天？", False, True, False),
        ("When does leave expire?", False, False, True),
        ("Which year was the client replaced?", False, False, True),
        ("报销什么时候到账？", False, False, True),
        ("Which VPN client do I install?", False, False, False),
        ("谁批准报销？", False, False, False),
    ],
)
def test_what_a_question_wants(question: str, why: bool, how_many: bool, when: bool) -> None:
    assert (kind.asks_why(question), kind.asks_how_many(question), kind.asks_when(question)) == (why, how_many, when)


@pytest.mark.parametrize(
    ("sentence", "cause"),
    [
        ("It failed because traffic had peaked.", True),
        ("The delay is due to the typhoon.", True),
        ("由于流量见顶，直播降温。", True),
        ("The canteen opens at noon.", False),
        ("食堂中午开门。", False),
    ],
)
def test_which_sentences_give_a_cause(sentence: str, cause: bool) -> None:
    assert kind.gives_cause(sentence) is cause


def test_a_number_counts_only_where_the_question_did_not_bring_it() -> None:
    question = "How many orders were there at the 618 festival?"
    assert not kind.gives_number("The 618 festival was a success.", question)
    assert kind.gives_number("The 618 festival had 4,120 orders.", question)
    assert kind.gives_number("There were twelve orders.", question)
    assert kind.gives_number("There were twenty-one orders.", question)
    assert kind.gives_number("员工有十五天年假。", "员工有多少天年假？")
    assert not kind.gives_number("Nobody counted.", question)


@pytest.mark.parametrize(
    ("sentence", "date"),
    [
        ("Leave expires on 31 March.", True),
        ("It was replaced in 2024.", True),
        ("Doors open at 9:30 a.m.", True),
        ("6 月 18 日最忙。", True),
        ("It was replaced some time ago.", False),
        ("It weighs 40 kilograms.", False),
    ],
)
def test_which_sentences_give_a_date(sentence: str, date: bool) -> None:
    assert kind.gives_date(sentence) is date


@pytest.mark.parametrize(
    ("sentence", "leans"),
    [
        ("This is why it failed.", True),
        ("However, the rate fell.", True),
        ("One of the important reasons is this.", True),
        ("因此，直播降温。", True),
        ("Traffic has peaked.", False),
        ("Thistles grow here.", False),
        ("This year traffic fell.", False),
        ("This 618 was quiet.", False),
        ("直播降温了。", False),
    ],
)
def test_which_sentences_need_the_one_before(sentence: str, leans: bool) -> None:
    assert kind.leans_back(sentence) is leans
