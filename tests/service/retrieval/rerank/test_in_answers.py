"""Through the engine: the evidence of an answer really comes in the reranker's order, whichever reranker it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.errors import SettingsError
from service.answer import Answer, Question, Sources
from service.settings import RerankSettings
from tests.fakes.cross_encoder import write_cross_encoder
from tests.fakes.library import Library
from tests.fakes.openai_server import FakeOpenAI, Says
from tests.fakes.openai_server import Refuses as ChatRefuses
from tests.fakes.openai_server import running as chat_running
from tests.fakes.rerank_server import FakeRerank, Sends, Sleeps, liking
from tests.fakes.rerank_server import running as rerank_running

QUESTION = "When does the ferry to the island sail?"
ARTICLES: list[dict[str, Any]] = [
    {"id": "history", "title": "The ferry", "lang": "en",
     "text": "The ferry to the island does sail in all weathers. When the ferry was new, people came to see it sail."},
    {"id": "times", "title": "Times", "lang": "en", "text": "Departure of the ferry to the island is at nine sharp."},
    {"id": "bikes", "title": "Bicycles", "lang": "en", "text": "Bicycles on the island ferry cost two euros."},
]  # fmt: skip
BEFORE = ["history", "times", "bikes"]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Library(tmp_path_factory.mktemp("library")).ingest(ARTICLES).data


@pytest.fixture(scope="module")
def endpoint() -> Iterator[FakeRerank]:
    with rerank_running() as fake:
        yield fake


@pytest.fixture(scope="module")
def model() -> Iterator[FakeOpenAI]:
    with chat_running() as fake:
        yield fake


async def asked(
    data: Path, question: str = QUESTION, chat: str | None = None, **rerank: Any
) -> tuple[Answer, list[str]]:
    """The answer, and the articles of its evidence in order."""
    library = Library(data, chat=chat, rerank=RerankSettings(**rerank))
    sources: list[str] = []
    events = [event async for event in library.engine.stream(Question(question))]
    for event in events:
        if isinstance(event, Sources):
            sources = [source.article_id for source in event.sources]
    answer = events[-1].answer  # type: ignore[union-attr]
    return library.hold(answer), sources


def reranked(answer: Answer) -> dict[str, float | None]:
    return {one.article_id: one.rerank for one in answer.receipt.retrieved}


async def test_without_a_reranker_the_search_has_the_word(data: Path) -> None:
    answer, sources = await asked(data)
    assert sources == BEFORE
    assert set(reranked(answer).values()) == {None}


async def test_an_endpoint_orders_the_evidence(data: Path, endpoint: FakeRerank) -> None:
    endpoint.will(liking("two euros", "nine sharp"))
    answer, sources = await asked(data, kind="http", url=endpoint.url, model="m")
    assert sources == ["bikes", "times", "history"]
    assert reranked(answer) == {"bikes": 0.9, "times": 0.8, "history": 0.01}
    assert [one.article_id for one in answer.receipt.retrieved] == sources
    assert endpoint.requests[0]["query"] == QUESTION


async def test_what_a_reranker_knows_counts_across_languages_too(data: Path, endpoint: FakeRerank) -> None:
    endpoint.will(liking("two euros", "nine sharp"))
    _, sources = await asked(data, "渡轮几点开往岛上？", kind="http", url=endpoint.url, form="tei")
    assert sources == ["bikes", "times", "history"]
    _, sources = await asked(data, "渡轮几点开往岛上？", kind="http", url=endpoint.url, form="tei", depth=2)
    _, unranked = await asked(data, "渡轮几点开往岛上？")
    assert sources == unranked != ["bikes", "times", "history"]


async def test_only_the_best_are_reranked(data: Path, endpoint: FakeRerank) -> None:
    endpoint.will(liking("two euros", "nine sharp"))
    answer, sources = await asked(data, kind="http", url=endpoint.url, form="tei", depth=2)
    assert sources == ["times", "history", "bikes"]
    assert reranked(answer)["bikes"] is None


async def test_a_cross_encoder_orders_the_evidence(data: Path, tmp_path: Path) -> None:
    folder = write_cross_encoder(tmp_path / "model", [QUESTION], weights=(-1.0,), biases=(5.0,))
    answer, sources = await asked(data, kind="onnx", path=folder)
    assert sources == ["bikes", "times", "history"]
    assert all(score is not None and 0 < score < 1 for score in reranked(answer).values())


async def test_the_chat_model_orders_the_evidence_and_its_tokens_count(data: Path, model: FakeOpenAI) -> None:
    model.requests.clear()
    model.will(Says(["2 > 3 > 1"]), Says(["Departure of the ferry is at nine [1]."]))
    answer, sources = await asked(data, chat=model.url, kind="chat", model="small")
    assert sources == ["times", "bikes", "history"]
    assert answer.citations[0].article_id == "times"
    assert [request["model"] for request in model.requests] == ["small", "gpt-4o-mini"]
    assert answer.receipt.tokens == {"prompt": 240, "completion": 34}
    assert reranked(answer)["times"] == 1


@pytest.mark.parametrize("reply", [Sends(b"", 500), Sends(b'[{"index": 0, "score": NaN}]'), Sends(b"?"), Sleeps(2)])
async def test_where_the_endpoint_fails_the_order_of_the_search_answers_and_says_so(
    data: Path, endpoint: FakeRerank, reply: Any
) -> None:
    endpoint.will(reply)
    answer, sources = await asked(data, kind="http", url=endpoint.url, form="tei", timeout=0.3)
    assert sources == BEFORE
    assert set(reranked(answer).values()) == {None}
    assert [n for n in answer.receipt.notes if n.startswith("passages stay in the order of the search: the rerank")]


async def test_where_the_chat_model_fails_at_it_the_answer_is_still_written(data: Path, model: FakeOpenAI) -> None:
    model.will(ChatRefuses(401), Says(["Departure of the ferry is at nine [2]."]))
    answer, sources = await asked(data, chat=model.url, kind="chat")
    assert (sources, answer.mode) == (BEFORE, "generative")
    assert any("stay in the order of the search: the chat endpoint refused the key" in n for n in answer.receipt.notes)


async def test_the_search_alone_is_reranked_too(data: Path, endpoint: FakeRerank) -> None:
    endpoint.will(liking("two euros"))
    library = Library(data, rerank=RerankSettings(kind="http", url=endpoint.url, form="tei"))  # type: ignore[call-arg]
    hits = await library.engine.search(QUESTION, ["public"], 3)
    assert hits[0].article_id == "bikes"
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_a_cross_encoder_that_is_not_there_stops_the_start(data: Path, tmp_path: Path) -> None:
    library = Library(data, rerank=RerankSettings(kind="onnx", path=tmp_path / "nowhere"))  # type: ignore[call-arg]
    with pytest.raises(SettingsError, match=r"FOOTNOTE_RERANK__PATH: the folder .*nowhere has no file model\.onnx"):
        _ = library.engine
