"""Quotes as an answer: as they stand, in a frame where the asker reads another script."""

from __future__ import annotations

import pytest

from service.answer import Answer
from service.answering.compose import Draft
from service.answering.extractive import quote_byline
from service.answering.outcome import finished
from service.retrieval.evidence import Passage
from tests.fakes.evidence import passage


async def framed(one: Passage, language: str) -> Answer:
    draft = Draft("ans_1", "con_1", "?", language)
    async for _ in quote_byline(draft, one):
        pass
    return finished(draft, [one], 1, "extractive")


ENGLISH = passage("Traffic has peaked.", title="Why it faded", language="en")


@pytest.mark.parametrize("language", ["en", "de", "und"])
async def test_a_quote_in_the_askers_script_stands_alone(language: str) -> None:
    assert (await framed(ENGLISH, language)).sentences[0].text == "Traffic has peaked."


async def test_a_quote_in_another_script_is_framed_in_the_askers_language() -> None:
    answer = await framed(ENGLISH, "zh")
    assert answer.text == "《Why it faded》写道（原文为英文）：“Traffic has peaked.”[1]"
    assert answer.citations[0].quote == "Traffic has peaked."
    chinese = passage("流量已经见顶。", title="复盘", language="zh")
    assert (await framed(chinese, "en")).text == "“复盘” says (in Chinese): “流量已经见顶。” [1]"


@pytest.mark.parametrize("language", ["ru", "ar", "und", "zxx"])
async def test_a_language_that_has_no_name_here_is_still_quoted(language: str) -> None:
    answer = await framed(passage("Трафик достиг пика.", title="Почему", language=language), "zh")
    assert answer.citations[0].quote == "Трафик достиг пика."
    assert answer.text.startswith("《Почему》写道")
