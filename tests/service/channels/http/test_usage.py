"""Past the budget of the day answers are quotes that say so; what was spent is listed for whoever administers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter
from starlette.testclient import TestClient

from ingest.index import Catalogue
from prompts import phrase
from service.answer import Answer
from service.app import create_app
from service.identity.key_store import KeyStore
from service.settings import ChatFallbackSettings
from tests.fakes.library import ARTICLES, ZH, Library
from tests.fakes.openai_server import Drops, FakeOpenAI, Refuses, Says, running

ASKED = "What was the return rate of live orders?"
RIGHT = "The return rate of live orders reached 31.4% [1]."
ZH_ASKED = "直播电商的退货率是多少？"


@pytest.fixture(scope="module")
def model() -> Iterator[FakeOpenAI]:
    with running() as fake:
        yield fake


@pytest.fixture(scope="module")
def second() -> Iterator[FakeOpenAI]:
    with running() as fake:
        yield fake


@pytest.fixture
def serving() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


class Priced:
    """A service with a budget, and keys to it. Each answer of the fake model takes 120 + 17 tokens."""

    def __init__(self, data: Path, model: FakeOpenAI, serving: ExitStack, **settings: Any) -> None:
        chat = {"retries": 0, "price_input": 2, "price_output": 10, **settings.pop("chat", {})}
        self.library = Library(data, chat=model.url, chat_settings=chat, cache={"enabled": False}, **settings)
        self.library.ingest([*ARTICLES, {"id": "zh", "title": "直播退货", "text": ZH, "lang": "zh"}])
        self.known_as: dict[str, str] = {}
        model.will(Says([RIGHT]))
        model.requests.clear()
        app = create_app(self.library.settings)
        self.client = serving.enter_context(TestClient(app, raise_server_exceptions=False))

    def key(self, name: str, scope: str = "ask") -> dict[str, str]:
        with closing(Catalogue(self.library.data)) as catalogue:
            made, secret = KeyStore(catalogue).create(name, (scope,), ("public",))  # type: ignore[arg-type]
        self.known_as[name] = f"key:{made.id}"
        return {"Authorization": f"Bearer {secret}"}

    def ask(self, headers: dict[str, str] | None = None, question: str = ASKED, **more: Any) -> Answer:
        response = self.client.post("/v1/ask", json={"question": question, **more}, headers=headers or {})
        assert response.status_code == 200, response.text
        if not more.get("stream"):
            return self.library.hold(TypeAdapter(Answer).validate_json(response.content))
        data = response.text.rsplit("event: completed", 1)[1].split("data: ", 1)[1].split("\n")[0]
        return self.library.hold(TypeAdapter(Answer).validate_json(data))

    def usage(self, headers: dict[str, str], **asked: Any) -> dict[str, Any]:
        response = self.client.get("/v1/usage", params=asked, headers=headers)
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found


def test_past_the_budget_answers_are_quotes_that_say_so(tmp_path: Path, model: FakeOpenAI, serving: ExitStack) -> None:
    service = Priced(tmp_path, model, serving, limits={"tokens_per_day": 137})
    ann, bob = service.key("ann"), service.key("bob")
    assert service.ask(ann).mode == "generative"
    for stream in (False, True):
        answer = service.ask(ann, stream=stream)
        assert (answer.mode, answer.outcome, answer.receipt.model) == ("extractive", "answered", None)
        assert answer.notices == (phrase("budget_spent", "en"),)
        assert any("budget" in note for note in answer.receipt.notes)
        assert answer.receipt.tokens == {}
    assert service.ask(ann, question=ZH_ASKED).notices == (phrase("budget_spent", "zh"),)
    assert len(model.requests) == 1
    assert service.ask(bob).mode == "generative"
    assert service.ask().mode == "generative"
    assert service.ask().mode == "extractive"


def test_past_the_budget_no_model_is_asked_for_anything(tmp_path: Path, model: FakeOpenAI, serving: ExitStack) -> None:
    service = Priced(
        tmp_path, model, serving, limits={"all_tokens_per_day": 1}, rerank={"kind": "chat"}, verify={"kind": "chat"}
    )
    first = service.ask()
    asked = len(model.requests)
    assert first.mode == "generative"
    assert asked > 1
    follow_up = service.ask(question="And why?", conversation_id=first.conversation_id)
    assert follow_up.mode == "extractive"
    assert len(model.requests) == asked


def test_an_answer_tells_what_it_cost(tmp_path: Path, model: FakeOpenAI, serving: ExitStack) -> None:
    service = Priced(tmp_path, model, serving)
    receipt = service.ask().receipt
    assert (receipt.tokens, receipt.cost) == ({"prompt": 120, "completion": 17}, 0.00041)
    assert not receipt.tokens_estimated
    model.will(Says([RIGHT], usage=False))
    receipt = service.ask().receipt
    assert receipt.tokens_estimated
    assert 200 < receipt.tokens["prompt"] < 1200
    assert 10 < receipt.tokens["completion"] < 30
    assert receipt.cost == pytest.approx((receipt.tokens["prompt"] * 2 + receipt.tokens["completion"] * 10) / 1e6)


def test_what_broke_off_was_paid_for_too(
    tmp_path: Path, model: FakeOpenAI, second: FakeOpenAI, serving: ExitStack
) -> None:
    fallback = ChatFallbackSettings(model="second", base_url=second.url, price_input=0, price_output=100)  # type: ignore[call-arg]
    service = Priced(tmp_path, model, serving, chat_fallback=fallback)
    model.will(Drops([f"{RIGHT} And"]))
    second.will(Says([RIGHT]))
    receipt = service.ask().receipt
    assert receipt.model == "second"
    assert receipt.tokens_estimated
    assert receipt.tokens["prompt"] > 320
    assert receipt.cost is not None
    assert receipt.cost > 17 * 100 / 1e6
    model.will(Refuses(500))
    assert service.ask().receipt.cost == 17 * 100 / 1e6
    (line,) = service.usage(service.key("boss", "admin"))["usage"]
    assert line["cost"] == pytest.approx(receipt.cost + 17 * 100 / 1e6, abs=1e-6)


def test_without_prices_there_is_no_cost(tmp_path: Path, model: FakeOpenAI, serving: ExitStack) -> None:
    service = Priced(tmp_path, model, serving, chat={"price_input": None, "price_output": None})
    assert service.ask().receipt.cost is None


def test_usage_is_listed_by_day_and_asker_for_whoever_administers(
    tmp_path: Path, model: FakeOpenAI, serving: ExitStack
) -> None:
    service = Priced(tmp_path, model, serving, limits={"tokens_per_day": 5000})
    ann, admin = service.key("ann"), service.key("boss", "admin")
    for headers in (ann, ann, None):
        assert service.ask(headers).mode == "generative"
    today = datetime.now(UTC).date().isoformat()
    own = service.known_as["ann"]
    ours = {"day": today, "asker": own, "answers": 2, "prompt_tokens": 240, "completion_tokens": 34, "cost": 0.00082}
    theirs = {"day": today, "asker": None, "answers": 1, "prompt_tokens": 120, "completion_tokens": 17, "cost": 0.00041}
    found = service.usage(admin)
    assert found["usage"] == [ours, theirs]
    assert found["limits"] == {
        "tokens_per_day": 5000, "cost_per_day": None, "all_tokens_per_day": None, "all_cost_per_day": None,
    }  # fmt: skip
    page = service.usage(admin, limit=1)
    assert page["usage"] == [ours]
    assert service.usage(admin, limit=1, cursor=page["next_cursor"])["usage"] == [theirs]
    assert service.usage(admin, asker=own)["usage"] == [ours]
    assert service.usage(admin, asker="")["usage"] == [theirs]
    assert service.client.get("/v1/usage", headers=ann).status_code == 403
    assert service.client.get("/v1/usage").status_code in (401, 403)
    assert service.client.get("/v1/usage", headers=admin, params={"cursor": "made-up"}).status_code == 422


def test_a_forgotten_person_is_in_no_line(tmp_path: Path, model: FakeOpenAI, serving: ExitStack) -> None:
    service = Priced(tmp_path, model, serving)
    admin = service.key("boss", "admin")
    service.ask(service.key("ann"))
    assert [line["asker"] for line in service.usage(admin)["usage"]] == [service.known_as["ann"]]
    assert service.client.delete(f"/v1/people/{service.known_as['ann']}", headers=admin).status_code == 200
    assert [line["asker"] for line in service.usage(admin)["usage"]] == [None]


def test_a_search_that_costs_tokens_is_counted_and_limited_too(
    tmp_path: Path, model: FakeOpenAI, serving: ExitStack
) -> None:
    service = Priced(tmp_path, model, serving, limits={"tokens_per_day": 137}, rerank={"kind": "chat"})
    model.will(Says(["2 > 1"]))
    ann = service.key("ann")
    for _ in range(2):
        response = service.client.post("/v1/search", json={"question": ASKED}, headers=ann)
        assert response.status_code == 200
        assert len(response.json()["hits"]) > 1
    assert len(model.requests) == 1
    (line,) = service.usage(service.key("boss", "admin"))["usage"]
    assert (line["asker"], line["prompt_tokens"], line["cost"]) == (service.known_as["ann"], 120, 0.00041)
