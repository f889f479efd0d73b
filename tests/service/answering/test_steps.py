"""How something is done is answered by its steps, which have no word of the question in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from service.answer import Question
from service.answering.steps import asks_how
from tests.fakes.library import Library

GATE = """Gate passes are blue. The gate pass was set up in 2019, and many people ask how to set up a gate pass.

1. Show your staff card.
2. Look into the camera.
3. Wait until the light turns green.

If the gate pass does not work, the gatehouse sets up another gate pass. Gate passes are not for guests."""
ZH = """门禁卡是蓝色的。很多人问怎么办理门禁卡。

1. 出示工牌。
2. 看向摄像头。
3. 等绿灯亮起。"""


EN = {"id": "gate", "title": "Gate pass setup", "text": GATE, "lang": "en"}
CHINESE = {"id": "zh", "title": "门禁卡办理", "text": ZH, "lang": "zh"}


@pytest.mark.parametrize(
    ("article", "asked", "steps"),
    [
        (
            EN,
            "How do I set up a gate pass?",
            ["Show your staff card.", "Look into the camera.", "Wait until the light turns green."],
        ),
        (CHINESE, "怎么办理门禁卡？", ["出示工牌。", "看向摄像头。", "等绿灯亮起。"]),
    ],
)
async def test_steps_answer_how(article: dict[str, Any], asked: str, steps: list[str], tmp_path: Path) -> None:
    answer = await Library(tmp_path).ingest([article]).engine.answer(Question(asked))
    assert [s.text for s in answer.sentences] == steps
    assert [c.quote for c in answer.citations] == steps


async def test_steps_do_not_answer_anything_else(tmp_path: Path) -> None:
    answer = await Library(tmp_path).ingest([EN]).engine.answer(Question("When was the gate pass set up?"))
    assert answer.sentences[0].text.startswith("The gate pass was set up in 2019")


@pytest.mark.parametrize(
    "question", ["How do I get in?", "how to return an order", "Steps to a new card", "如何报销？", "怎么申请年假"]
)
def test_how_is_asked(question: str) -> None:
    assert asks_how(question)


@pytest.mark.parametrize(
    "question",
    [
        "How many days?",
        "How was it done in 2019?",
        "这个方案怎么样？",
        "怎么会这样？",
        "网断了怎么办？",
        "How long does it take?",
    ],
)
def test_how_is_not_asked(question: str) -> None:
    assert not asks_how(question)
