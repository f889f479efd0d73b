"""All calls to models for one answer share one deadline, whatever each of them may take."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from service.answer import Answer, Question
from service.answering.engine import build_engine
from service.conversations.store import open_conversations
from tests.fakes.library import ARTICLES, Library
from tests.fakes.openai_server import FakeOpenAI, NeverEnds, Reply, Says, running

ASKED = "What was the return rate of live orders?"
RIGHT = "The return rate of live orders reached 31.4% [1]."
FREE = "Customers sent back almost a third of what they ordered live [1]."
WRONG = "The return rate of live orders reached 41.3% [1]."
SECONDS = 1.2
SLOWLY = NeverEnds("{n} more ", pause=0.05)


@pytest.fixture(scope="module")
def model() -> Iterator[FakeOpenAI]:
    with running() as fake:
        yield fake


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Library(tmp_path_factory.mktemp("library")).ingest(ARTICLES).data


async def answered(data: Path, model: FakeOpenAI, *replies: Reply, **settings: Any) -> tuple[Answer, float]:
    """The answer, and how long it took: the second, where there are replies to two questions."""
    made = Library(data, chat=model.url, chat_settings={"timeout": SECONDS}, **settings)
    engine = made.engine
    engine.warm()
    model.will(*replies)
    began = time.monotonic()
    answer = made.hold(await engine.answer(Question(ASKED)))
    return answer, time.monotonic() - began


async def test_reading_a_follow_up_leaves_time_for_the_answer(data: Path, model: FakeOpenAI) -> None:
    made = Library(data, chat=model.url, chat_settings={"timeout": SECONDS})
    index = made.index
    with closing(open_conversations(index.catalogue)) as conversations:
        engine = build_engine(made.settings, index, conversations=conversations)
        engine.warm()
        model.will(Says([RIGHT]))
        first = await engine.answer(Question(ASKED))
        follow_up = Question("And in the first quarter?", conversation_id=first.conversation_id)
        model.will(SLOWLY, Says([RIGHT]))
        answer = made.hold(await engine.answer(follow_up))
        assert (answer.mode, answer.outcome) == ("generative", "answered")
        assert 0.25 < answer.receipt.timings_ms["condense"] / 1000 < 0.6
        model.will(SLOWLY)
        began = time.monotonic()
        answer = made.hold(await engine.answer(replace(follow_up, text="And in the first quarter again?")))
        assert answer.mode == "extractive"
        assert time.monotonic() - began < SECONDS + 0.7


async def test_writing_again_has_what_is_left(data: Path, model: FakeOpenAI) -> None:
    answer, took = await answered(
        data, model, Says([f"{RIGHT} {WRONG}"]), SLOWLY, answer_settings={"repair_within": 60}
    )
    assert took < SECONDS + 0.7
    assert (answer.mode, answer.outcome) == ("generative", "answered")
    assert "sentences that no source bears could not be written again in time" in answer.receipt.notes


async def test_a_judge_has_what_is_left(data: Path, model: FakeOpenAI) -> None:
    verify = {"kind": "chat", "timeout": 60}
    answer, took = await answered(
        data, model, Says([f"{RIGHT} {FREE}"]), SLOWLY, verify=verify, answer_settings={"repair_within": 0}
    )
    assert took < SECONDS + 0.7
    assert answer.mode == "generative"
    assert any("the judge took longer than 1" in note for note in answer.receipt.notes)


async def test_a_reranker_has_no_more_than_there_is(data: Path, model: FakeOpenAI) -> None:
    answer, took = await answered(data, model, SLOWLY, rerank={"kind": "chat", "timeout": 60})
    assert took < SECONDS + 0.7
    assert (answer.mode, answer.outcome) == ("extractive", "answered")
    assert any("stay in the order of the search" in note for note in answer.receipt.notes)
