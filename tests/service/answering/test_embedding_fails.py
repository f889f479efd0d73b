"""An embedding endpoint that fails or hangs costs an answer little time, and never the answer."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.settings import EmbeddingSettings
from service.answer import Question
from tests.fakes.embeddings_server import Drops, Embeds, FakeEmbeddings, Refuses, Reply, Sends, Sleeps
from tests.fakes.embeddings_server import running as embedding
from tests.fakes.library import ARTICLES, Library
from tests.fakes.openai_server import FakeOpenAI, Says
from tests.fakes.openai_server import running as chatting

ASKED = "What was the return rate of live orders?"
RIGHT = "The return rate of live orders reached 31.4% in the first quarter [1]."
WAIT = 0.3


@pytest.fixture(scope="module")
def embeddings() -> Iterator[FakeEmbeddings]:
    with embedding() as fake:
        yield fake


@pytest.fixture(scope="module")
def model() -> Iterator[FakeOpenAI]:
    with chatting() as fake:
        fake.will(Says([RIGHT]))
        yield fake


@pytest.fixture(scope="module")
def data(embeddings: FakeEmbeddings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return library(tmp_path_factory.mktemp("library"), embeddings).ingest(ARTICLES).data


def library(data: Path, embeddings: FakeEmbeddings, model: FakeOpenAI | None = None, wait: float = WAIT) -> Library:
    embeddings.will(Embeds())
    endpoint = {"provider": "openai", "model": "small", "base_url": embeddings.url, "api_key": "k"}
    made = Library(data, chat=model.url if model else None)
    settings = EmbeddingSettings(question_timeout=wait, **endpoint)  # type: ignore[arg-type]
    made.settings = made.settings.model_copy(update={"embedding": settings})
    return made


def over(embeddings: FakeEmbeddings) -> int:
    """How many requests there were once those are over that nobody waits for any more."""
    seen = -1
    while seen != len(embeddings.requests):
        seen = len(embeddings.requests)
        time.sleep(WAIT)
    return seen


@pytest.mark.parametrize(
    "reply", [Sleeps(5), Refuses(500), Refuses(401), Refuses(429), Drops(), Sends(b"{}")], ids=repr
)
@pytest.mark.parametrize("writes", [False, True])
async def test_keywords_answer_and_the_endpoint_is_soon_left_alone(
    data: Path, embeddings: FakeEmbeddings, model: FakeOpenAI, reply: Reply, writes: bool
) -> None:
    made = library(data, embeddings, model if writes else None)
    engine = made.engine
    engine.warm()
    embeddings.will(reply)
    for _ in range(3):
        began = time.monotonic()
        answer = made.hold(await engine.answer(Question(ASKED)))
        assert time.monotonic() - began < 4  # the endpoint that sleeps for 5 s is not waited for
        assert (answer.outcome, "31.4%" in answer.text) == ("answered", True)
        assert "the vectors could not be searched: keywords alone were" in answer.receipt.notes
    assert engine.breakers.states()["embedding"] == "open"
    asked = over(embeddings)
    await engine.answer(Question(ASKED))
    assert len(embeddings.requests) == asked


async def test_where_it_fails_in_the_middle_words_decide(
    data: Path, embeddings: FakeEmbeddings, model: FakeOpenAI
) -> None:
    made = library(data, embeddings, model, wait=1.5)
    model.will(Says(["直播订单的退货率在第一季度达到 31.4%[1]。"]))
    embeddings.requests.clear()
    embeddings.will(Embeds(), Sleeps(5))
    began = time.monotonic()
    answer = made.hold(await made.engine.answer(Question(ASKED)))
    assert time.monotonic() - began < 4
    assert len(embeddings.requests) > 1
    assert (answer.outcome, "31.4%" in answer.text) == ("answered", True)
    assert "the vectors could not be searched: keywords alone were" not in answer.receipt.notes
