"""Whose an answer is while it is being made."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest

from service.answer import AnswerEvent, Started
from service.channels.http.resuming import AnswersInProgress
from service.identity import Identity

HR = Identity(("public", "hr"), "key:a")


async def making() -> AsyncGenerator[AnswerEvent, None]:
    """An answer that takes its time."""
    yield Started("ans_1", "con_1", "Why?", "en")
    await asyncio.sleep(30)


@pytest.mark.parametrize(
    "other",
    [
        Identity(),
        Identity(("public",), "key:a"),
        Identity(("public", "hr"), "key:b"),
        Identity(("public", "hr"), None),
        Identity(("public", "board"), "key:a"),
    ],
)
async def test_nobody_else_follows_it_nor_who_has_lost_a_group_since(other: Identity) -> None:
    answers = AnswersInProgress(5)
    begun = answers.start(HR, HR.groups, making())
    await anext(begun.follow())
    assert answers.find("ans_1", other) is None
    assert answers.find("ans_1", HR) is begun
    assert answers.find("ans_1", Identity(owner=True)) is begun
    begun.task.cancel()
