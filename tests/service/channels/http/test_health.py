"""Alive at once; ready when nothing is missing; and what is missing is said."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from starlette.testclient import TestClient

from ingest.index.owner import Owner
from service import readiness
from service.app import create_app
from service.settings import Settings

if TYPE_CHECKING:
    from conftest import Shelf


def wait_until_ready(client: TestClient, status: int = 200, seconds: float = 20) -> list[str]:
    until = time.monotonic() + seconds
    while True:
        response = client.get("/readyz")
        missing: list[str] = response.json()["missing"]
        if response.status_code == status and readiness.LOADING not in missing:
            return missing
        assert time.monotonic() < until, response.text
        time.sleep(0.05)


def test_health_is_cheap(client: TestClient) -> None:
    client.get("/healthz")
    times = []
    for _ in range(30):
        began = time.perf_counter()
        response = client.get("/healthz")
        times.append(time.perf_counter() - began)
        assert response.json() == {"status": "ok"}
    assert sorted(times)[15] < 0.05


def test_with_articles_it_gets_ready(client: TestClient) -> None:
    assert wait_until_ready(client) == []


def test_an_empty_folder_is_served_and_says_what_is_missing(shelf: Shelf) -> None:
    client = shelf.serve()
    assert client.get("/healthz").status_code == 200
    assert wait_until_ready(client, 503) == [readiness.NO_ARTICLES]
    assert client.get("/v1/articles").json() == {"articles": [], "next_cursor": None}
    answer = client.post("/v1/ask", json={"question": "How long is parental leave?"}).json()
    assert answer["outcome"] == "declined"


def test_an_empty_folder_that_was_served_takes_any_embedding_model_later(shelf: Shelf) -> None:
    with TestClient(create_app(shelf.settings)) as client:
        client.get("/readyz")
    shelf.settings = Settings(data=shelf.settings.data, embedding={"provider": "hashing", "dimensions": 64})
    shelf.put("vpn.txt", "VPN setup\n\nThe VPN needs a certificate.\n")
    shelf.ingest()


def test_a_chroma_server_that_is_not_there_is_named(shelf: Shelf) -> None:
    shelf.put("vpn.txt", "VPN setup\n\nThe VPN needs a certificate.\n")
    shelf.ingest()
    shelf.settings = shelf.settings.model_copy(update={"chroma_url": "http://127.0.0.1:9"})
    client = shelf.serve()
    assert wait_until_ready(client, 503) == [readiness.NOT_LOADED]
    answer = client.post("/v1/ask", json={"question": "What does the VPN need?"}).json()
    assert "certificate" in answer["text"]
    assert any("keywords alone" in note for note in answer["receipt"]["notes"])


def test_the_data_folder_is_owned_while_it_runs(shelf: Shelf) -> None:
    with TestClient(create_app(shelf.settings)):
        held = json.loads((shelf.settings.data / "owner.lock").read_text())
        assert held["doing"] == "footnote serve"
        assert held["address"] == "http://127.0.0.1:8000"
    with Owner(shelf.settings.data, "test"):
        pass
