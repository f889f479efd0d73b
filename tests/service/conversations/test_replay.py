"""An old question asked again: what is the same, what is different, and what is said where it cannot be asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ingest.job import Job
from prompts import newest, prompt
from service.answer import Answer, Question
from service.answering.engine import build_engine
from service.conversations.replay import Replay, replay
from service.conversations.store import Conversations
from service.errors import NotFound, QuestionRejected
from service.terminal_replay import render_replay
from tests.fakes.library import ARTICLES, Library
from tests.fakes.openai_server import FakeOpenAI, Refuses, Says, running

RETURNS = "What was the return rate of live orders?"
SAID = "The return rate of live orders reached 31.4% in the first quarter [1]."


@pytest.fixture(scope="module")
def model() -> Iterator[FakeOpenAI]:
    with running() as fake:
        yield fake


async def asked(library: Library, question: str = RETURNS) -> Answer:
    index = library.index
    with closing(Conversations(index.catalogue)) as conversations:
        return await build_engine(library.settings, index, conversations=conversations).answer(Question(question))


async def again(library: Library, answer_id: str, prompt: str | None = None, model: str | None = None) -> Replay:
    index = library.index
    with closing(Conversations(index.catalogue)) as conversations:
        return await replay(answer_id, library.settings, index, conversations, prompt, model)


async def test_without_a_model_the_same_is_quoted_again(tmp_path: Path) -> None:
    library = Library(tmp_path).ingest(ARTICLES)
    before = await asked(library)
    made = await again(library, before.id)
    assert made.same
    assert made.before == before
    assert {s.kind for s in made.sentences} == {c.kind for c in made.citations} == {"same"}
    assert "The answer is the same." in render_replay(made)


async def test_another_prompt_and_model_are_asked_and_named(tmp_path: Path, model: FakeOpenAI) -> None:
    library = Library(tmp_path, chat=model.url).ingest(ARTICLES)
    model.will(Says([SAID]))
    before = await asked(library)
    assert before.receipt.prompt is not None
    assert (before.receipt.prompt.name, before.receipt.prompt.version) == ("answer", newest("answer"))
    assert before.receipt.prompt.hash == prompt("answer", newest("answer")).hash
    model.requests.clear()
    model.will(Says(["Shoppers found chaos in live rooms [1]."]))
    made = await again(library, before.id, "v1", "another-model")
    assert made.after.receipt.prompt is not None
    assert (made.after.receipt.prompt.version, made.after.receipt.prompt.hash) == ("v1", prompt("answer", "v1").hash)
    assert made.after.receipt.model == "another-model"
    assert {r["model"] for r in model.requests} == {"another-model"}
    assert not made.same
    told = render_replay(made)
    assert f"answer/{newest('answer')} ({before.receipt.prompt.hash}) → answer/v1" in told
    assert "gpt-4o-mini → another-model" in told
    assert "+ Shoppers found chaos in live rooms." in told


async def test_a_model_that_is_gone_is_replaced_by_quotes_and_said(tmp_path: Path, model: FakeOpenAI) -> None:
    library = Library(tmp_path, chat=model.url).ingest(ARTICLES)
    model.will(Says([SAID]))
    before = await asked(library)
    model.will(Refuses(404))
    made = await again(library, before.id, model="no-such-model")
    assert (before.mode, made.after.mode) == ("generative", "extractive")
    assert "mode: generative → extractive" in render_replay(made)
    assert any("fell back" in note for note in made.after.receipt.notes)


@pytest.mark.parametrize(("version", "name"), [("v1", None), (None, "gpt-5")])
async def test_without_a_model_none_can_be_chosen(tmp_path: Path, version: str | None, name: str | None) -> None:
    library = Library(tmp_path).ingest(ARTICLES)
    before = await asked(library)
    with pytest.raises(QuestionRejected, match="Without a chat model there is no prompt and no model to choose"):
        await again(library, before.id, version, name)


async def test_a_prompt_that_is_not_there_names_those_that_are(tmp_path: Path, model: FakeOpenAI) -> None:
    library = Library(tmp_path, chat=model.url).ingest(ARTICLES)
    model.will(Says([SAID]))
    before = await asked(library)
    with pytest.raises(NotFound, match="no version v99 of the prompt: there are v1, v2"):
        await again(library, before.id, "v99")


@pytest.mark.parametrize("answer_id", ["ans_nothing", "", "../../x", "答案"])
async def test_an_answer_that_is_not_there_is_said(tmp_path: Path, answer_id: str) -> None:
    library = Library(tmp_path).ingest(ARTICLES)
    with pytest.raises(NotFound, match="There is no answer"):
        await again(library, answer_id)


async def test_a_changed_article_and_a_removed_one_are_named(tmp_path: Path) -> None:
    library = Library(tmp_path).ingest(ARTICLES)
    before = await asked(library)
    changed = [{**ARTICLES[0], "text": ARTICLES[0]["text"].replace("31.4%", "29.9%")}, *ARTICLES[1:]]
    library.ingest(changed)
    made = await again(library, before.id)
    assert not made.same
    gone = next(c for c in made.citations if c.kind == "removed")
    assert gone.note == "version 2 now, version 1 then"
    assert "version 2 now, version 1 then" in render_replay(made)
    index = library.index
    assert not Job(index, library.settings).remove(["live"]).failed
    made = await again(library, before.id)
    assert any((c.note or "").startswith("removed on 20") for c in made.citations)
