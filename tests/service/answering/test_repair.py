"""What no source bears goes back to the chat model once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.errors import SettingsError
from service.answer import Answer, Question
from tests.fakes.library import ARTICLES, Library
from tests.fakes.openai_server import FakeOpenAI, NeverEnds, Refuses, Reply, Says, running

ASKED = "What was the return rate of live orders?"
BORNE = "Shoppers found chaos in live rooms [1]."
WRONG = "The return rate of live orders reached 41.3% [1]."
RIGHT = "The return rate of live orders reached 31.4% [1]."


@pytest.fixture(scope="module")
def model() -> Iterator[FakeOpenAI]:
    with running() as fake:
        yield fake


async def answered(data: Path, model: FakeOpenAI, *replies: Reply, **settings: Any) -> Answer:
    library = Library(data, chat=model.url, answer_settings=settings).ingest(ARTICLES)
    model.requests.clear()
    model.will(*replies)
    return library.hold(await library.engine.answer(Question(ASKED)))


async def test_a_sentence_is_written_again_and_takes_its_place(tmp_path: Path, model: FakeOpenAI) -> None:
    answer = await answered(tmp_path, model, Says([f"{BORNE} {WRONG}"]), Says([RIGHT]))
    assert [s.text for s in answer.sentences] == [
        "Shoppers found chaos in live rooms.",
        "The return rate of live orders reached 31.4%.",
    ]
    assert (answer.outcome, answer.mode) == ("answered", "generative")
    assert any("written again" in n for n in answer.receipt.notes)
    assert not any("left out" in n for n in answer.receipt.notes)
    assert answer.receipt.tokens == {"prompt": 240, "completion": 34}
    asked = model.requests[1]["messages"]
    assert "- The return rate of live orders reached 41.3%." in asked[1]["content"]
    assert "Shoppers found chaos in live rooms [1]" not in asked[1]["content"]
    assert "do not say what the listed sentences say" in asked[0]["content"]


async def test_only_once(tmp_path: Path, model: FakeOpenAI) -> None:
    answer = await answered(tmp_path, model, Says([f"{BORNE} {WRONG}"]), Says([WRONG]))
    assert len(model.requests) == 2
    assert [s.text for s in answer.sentences] == ["Shoppers found chaos in live rooms."]
    assert any("left out" in n for n in answer.receipt.notes)


async def test_what_is_borne_already_is_not_said_twice(tmp_path: Path, model: FakeOpenAI) -> None:
    answer = await answered(tmp_path, model, Says([f"{BORNE} {WRONG}"]), Says([f"{BORNE} {BORNE}"]))
    assert [s.text for s in answer.sentences] == ["Shoppers found chaos in live rooms."]


async def test_all_of_an_answer_may_be_written_again(tmp_path: Path, model: FakeOpenAI) -> None:
    answer = await answered(tmp_path, model, Says([WRONG]), Says([RIGHT]))
    assert (answer.mode, answer.text) == ("generative", "The return rate of live orders reached 31.4%. [1]")


@pytest.mark.parametrize("reply", [Says(["NOT_IN_SOURCES"]), Refuses(500), Says(["[1]"]), NeverEnds("a ")])
async def test_a_repair_that_fails_leaves_the_rest_of_the_answer(
    tmp_path: Path, model: FakeOpenAI, reply: Reply
) -> None:
    answer = await answered(tmp_path, model, Says([f"{BORNE} {WRONG}"]), reply, repair_within=1)
    assert [s.text for s in answer.sentences] == ["Shoppers found chaos in live rooms."]
    assert answer.mode == "generative"
    assert "41.3" not in answer.text


async def test_no_time_no_repair(tmp_path: Path, model: FakeOpenAI) -> None:
    answer = await answered(tmp_path, model, Says([f"{BORNE} {WRONG}"]), Says([RIGHT]), repair_within=0)
    assert len(model.requests) == 1
    assert [s.text for s in answer.sentences] == ["Shoppers found chaos in live rooms."]


async def test_a_prompt_of_another_version_is_asked_with_and_named(tmp_path: Path, model: FakeOpenAI) -> None:
    answer = await answered(tmp_path, model, Says([RIGHT]), prompt="v1")
    assert answer.receipt.prompt is not None
    assert (answer.receipt.prompt.name, answer.receipt.prompt.version) == ("answer", "v1")
    assert '<source number="1"' in model.requests[0]["messages"][1]["content"]


async def test_a_prompt_that_is_not_there_is_said(tmp_path: Path, model: FakeOpenAI) -> None:
    with pytest.raises(SettingsError, match=r"no prompt answer/v99\. Set FOOTNOTE_ANSWER__PROMPT"):
        await answered(tmp_path, model, Says([RIGHT]), prompt="v99")


async def test_the_marks_of_the_sources_are_new_each_time(tmp_path: Path, model: FakeOpenAI) -> None:
    await answered(tmp_path, model, Says([RIGHT]))
    first = model.requests[0]["messages"][1]["content"].partition(" number")[0]
    await answered(tmp_path, model, Says([RIGHT]))
    assert first.startswith("<source-")
    assert first not in model.requests[0]["messages"][1]["content"]


async def test_an_older_edition_is_marked_as_replaced(tmp_path: Path, model: FakeOpenAI) -> None:
    text = "The return rate of live orders reached {} in the guide."
    editions = [
        {"id": f"guide-{y}", "title": f"Live order guide ({y})", "lang": "en", "published_at": f"{y}-02-01",
         "text": text.format(share)}
        for y, share in ((2022, "20%"), (2024, "25%"))
    ]  # fmt: skip
    library = Library(tmp_path, chat=model.url).ingest([*ARTICLES, *editions])
    model.requests.clear()
    model.will(Says([RIGHT]))
    library.hold(await library.engine.answer(Question(ASKED)))
    heads = [line for line in model.requests[0]["messages"][1]["content"].splitlines() if line.startswith("<source-")]
    newer = next(h for h in heads if "(2024)" in h)
    older = next(h for h in heads if "(2022)" in h)
    number = newer.partition('number="')[2].partition('"')[0]
    assert f'replaced_by="{number}"' in older
    assert "replaced_by" not in newer
