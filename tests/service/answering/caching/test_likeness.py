"""Which questions ask the same: so that none is given the answer to another."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from service.answering.caching.likeness import form_of

with (Path(__file__).parents[4] / "benchmarks" / "alike.toml").open("rb") as file:
    PAIRS: dict[str, Any] = tomllib.load(file)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_questions_that_differ_in_one_thing_are_told_apart(language: str) -> None:
    for one, other in PAIRS["different"][language]:
        assert form_of(one) is not None
        assert form_of(one) != form_of(other), (one, other)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_same_in_other_words_is_told_at_least_in_two_of_five(language: str) -> None:
    pairs = [pair for part in PAIRS["same"][language].values() for pair in part]
    same = sum(form_of(one) == form_of(other) for one, other in pairs)
    assert same >= 0.4 * len(pairs)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("How many days of annual leave do I get?", "How many annual leave days do I have"),
        ("What's the return rate of live orders?", "what is the return rate of live orders"),
        ("In 2023, what percentage of sales came from China?", "What percent of sales came from China in 2023?"),
        ("What happens to my pension if I leave?", "If I leave, what happens to my pension?"),
        ("Could you please tell me how to reset my VPN password?", "How do I reset my VPN password?"),
        ("Which floor is the library on?", "On which floor is the library?"),
        ("Who is the head of the retail desk?", "Who's the retail desk's head?"),
        ("How many parcels are three thousand parcels?", "How many parcels are 3,000 parcels?"),
        ("What is the fee\u00a0in euros?", "What is the fee in euros？"),
        ("年假有多少天？", "请问年假有几天"),
        ("怎么重置VPN密码？", "我想知道怎样重置 VPN 密码"),
        ("出差申请由谁审批？", "谁审批出差申请"),
        ("三月的退货率是多少？", "3月退货率是多少"),
    ],
)
def test_what_cannot_change_the_answer_says_nothing(one: str, other: str) -> None:
    assert form_of(one) is not None
    assert form_of(one) == form_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What is Apple?", "What is an apple?"),
        ("What did Adams write?", "What did Adam write?"),
        ("What happened in May?", "What happened in may?"),
        ("How do I sell goods?", "How do I sell good?"),
        ("What is C++?", "What is C#?"),
        ("Is it below -5 degrees?", "Is it below 5 degrees?"),
        ("Which employees took few days?", "Which employees took a few days?"),
        ("What do analysts think of investors?", "What do investors' analysts think?"),
        ("Who was paid?", "Who paid?"),
        ("When did he say what he left?", "What did he say when he left?"),
        ("How do you process my data?", "How do I process my data?"),
        ("Can I see your salary?", "Can you see my salary?"),
        ("公司什么时候决定收购？", "公司决定什么时候收购？"),
        ("版本2.1有什么变化？", "版本21有什么变化？"),
        ("上几个月收入是多少？", "上多少个月收入是多少？"),
        ("什么是“净工资”？", "什么是净工资？"),
        ("What is the area in m²?", "What is the area in m2?"),
        ("面积是多少m²？", "面积是多少m2？"),
    ],
)
def test_small_things_count(one: str, other: str) -> None:
    assert form_of(one) != form_of(other)


def test_where_no_form_would_be_safe_there_is_none() -> None:
    assert form_of("有給休暇は何日ありますか？") is None
    assert form_of("The? " * 100) is None
    assert form_of("The?") is None
