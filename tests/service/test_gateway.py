"""The one way in: who asks too much is told so, and a place is given back however an answer ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.answer import Completed, Question, Started
from service.app import create_app
from service.errors import Forbidden, Overloaded, QuestionRejected, TooManyRequests
from service.gateway import Gateway
from service.identity import Identity
from tests.fakes import openai_server
from tests.fakes.library import ARTICLES, Library
from tests.fakes.openai_server import FakeOpenAI, NeverEnds, Says


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


ASKED = "Why is live streaming invisible this 618?"


@pytest.fixture
def chat() -> Iterator[FakeOpenAI]:
    with openai_server.running() as fake:
        yield fake


@pytest.fixture
def library(tmp_path: Path, chat: FakeOpenAI) -> Library:
    return Library(tmp_path / "data", chat=chat.url, limits={"at_once": 1, "waiting": 0}).ingest(ARTICLES)


@asynccontextmanager
async def running(library: Library) -> Any:
    app = create_app(library.settings)
    async with app.router.lifespan_context(app) as state:
        yield state["running"].gateway


async def begun(gateway: Gateway) -> Any:
    events = await gateway.stream(Identity(), Question(ASKED))
    assert isinstance(await anext(events), Started)
    return events


async def test_a_stream_keeps_its_place_until_it_is_closed(library: Library, chat: FakeOpenAI) -> None:
    chat.will(NeverEnds(pause=0.01))
    async with running(library) as gateway:
        events = await begun(gateway)
        for ask in (gateway.stream, gateway.answer):
            with pytest.raises(Overloaded):
                await ask(Identity(), Question(ASKED))
        with pytest.raises(Overloaded):
            await gateway.search(Identity(), ASKED, ("public",), 3)
        await events.aclose()
        assert await gateway.search(Identity(), ASKED, ("public",), 3)


async def test_a_stream_that_nobody_reads_gives_its_place_back(library: Library, chat: FakeOpenAI) -> None:
    chat.will(Says([]))
    async with running(library) as gateway:
        for _ in range(3):
            await (await gateway.stream(Identity(), Question(ASKED))).aclose()
        assert await gateway.search(Identity(), ASKED, ("public",), 3)


async def test_a_stream_read_to_its_end_gives_its_place_back(library: Library, chat: FakeOpenAI) -> None:
    chat.will(Says(["It is invisible because traffic has peaked [1]."]))
    async with running(library) as gateway:
        for _ in range(2):
            async with aclosing(await gateway.stream(Identity(), Question(ASKED))) as events:
                kinds = [type(event) async for event in events]
            assert (kinds[0], kinds[-1]) == (Started, Completed)


async def test_an_asker_who_gives_up_gives_the_place_back(library: Library, chat: FakeOpenAI) -> None:
    chat.will(NeverEnds(pause=0.01))
    async with running(library) as gateway:
        asking = asyncio.create_task(gateway.answer(Identity(), Question(ASKED)))
        await asyncio.to_thread(until, lambda: bool(chat.requests))
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        assert await gateway.search(Identity(), ASKED, ("public",), 3)


async def test_what_is_wrong_is_told_before_the_first_event(library: Library) -> None:
    async with running(library) as gateway:
        with pytest.raises(Forbidden):
            await gateway.stream(Identity(scopes=frozenset()), Question(ASKED))
        for ask in (gateway.stream, gateway.answer):
            with pytest.raises(QuestionRejected):
                await ask(Identity(), Question(" "))


def test_a_refusal_says_when_to_come_back_and_health_is_never_refused(tmp_path: Path) -> None:
    library = Library(tmp_path / "data", limits={"per_minute": 2}).ingest(ARTICLES)
    with TestClient(create_app(library.settings), "http://127.0.0.1:8000") as client:
        answers = [client.post("/v1/ask", json={"question": ASKED}) for _ in range(2)]
        assert [one.status_code for one in answers] == [200, 200]
        for path in ("/v1/ask", "/v1/search"):
            refused = client.post(path, json={"question": ASKED})
            assert (refused.status_code, refused.headers["content-type"]) == (429, "application/problem+json")
            assert 0 < int(refused.headers["retry-after"]) <= 60
            assert "ask again in" in refused.json()["detail"]
        assert {client.get("/healthz").status_code for _ in range(20)} == {200}


async def test_the_rate_is_one_for_asking_and_searching(tmp_path: Path) -> None:
    library = Library(tmp_path / "data", limits={"per_minute": 2}).ingest(ARTICLES)
    async with running(library) as gateway:
        bot = Identity(name="bot")
        await gateway.search(bot, ASKED, ("public",), 3)
        await gateway.answer(bot, Question(ASKED))
        with pytest.raises(TooManyRequests):
            await gateway.search(bot, ASKED, ("public",), 3)
        await gateway.search(Identity(name="other"), ASKED, ("public",), 3)
