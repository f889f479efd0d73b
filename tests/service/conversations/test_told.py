"""History that the asker tells is read as kept turns are."""

from __future__ import annotations

from service.answer import Exchange
from service.conversations.condense import standalone
from service.conversations.told import told

LEAVE = Exchange("How long is parental leave?", "Parental leave is 20 weeks at full pay.", ("Parental leave",))


async def test_a_follow_up_leans_on_what_was_told() -> None:
    assert await standalone("And how do I ask for it?", told([LEAVE]), None, "en") == "How do I ask for parental leave?"


async def test_a_follow_up_of_a_follow_up_leans_on_both() -> None:
    turns = told([LEAVE, Exchange("What about annual leave?", "")])
    assert "annual leave" in turns[-1].question
    assert turns[-1].question != "What about annual leave?"


async def test_in_chinese() -> None:
    turns = told([Exchange("出差报销应当在多久内提交？", "出差报销应当在返回后十个工作日内提交。")])
    assert await standalone("它需要谁签字？", turns, None, "zh") == "出差报销需要谁签字？"


def test_thanks_and_silence_are_passed_over() -> None:
    assert [t.question for t in told([Exchange("  ", "x"), LEAVE, Exchange("Thanks!", "You are welcome.")])] == [
        "How long is parental leave?"
    ]


def test_hostile_history_is_cut_and_read_quickly() -> None:
    turns = told([Exchange("why " * 100_000, "so. " * 100_000)])
    assert len(turns[0].question) <= 2000
    assert len(turns[0].answer.text) <= 4000
