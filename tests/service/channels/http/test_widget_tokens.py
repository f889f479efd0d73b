"""Tokens for the widget over HTTP: made with a key, used from a page, and of no use elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from ingest.index import Catalogue
from service.app import create_app
from service.identity.key_store import KeyStore
from service.settings import Settings

PAGE = "https://intranet.example"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, str]]:
    """A service that asks who asks, and an API key of it."""
    data: Path = tmp_path_factory.mktemp("widget") / "data"
    catalogue = Catalogue(data, create=True)
    key = KeyStore(catalogue).create("site", ["ask"], ["public", "hr"])[1]
    catalogue.close()
    settings = Settings(
        data=data, embedding={"provider": "hashing"}, auth={"required": True}, widget={"origins": PAGE}, host="0.0.0.0"
    )
    with ExitStack() as running:
        yield running.enter_context(TestClient(create_app(settings), raise_server_exceptions=False)), key


def bearer(token: str, **headers: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} | headers


def test_a_site_fetches_a_token_and_its_page_asks_with_it(service: tuple[TestClient, str]) -> None:
    client, key = service
    made = client.post(
        "/v1/widget/tokens", json={"origin": PAGE, "user": "李伟", "groups": ["hr", "board"]}, headers=bearer(key)
    )
    assert made.status_code == 201
    token = made.json()
    assert (token["origin"], token["user"], token["groups"]) == (PAGE, "李伟", ["hr"])
    asked = client.get("/v1/articles", headers=bearer(token["token"], Origin=PAGE))
    assert asked.status_code == 200
    assert asked.headers["Access-Control-Allow-Origin"] == PAGE
    assert "X-Request-Id" in asked.headers["Access-Control-Expose-Headers"]
    elsewhere = client.get("/v1/articles", headers=bearer(token["token"], Origin="https://evil.example"))
    assert elsewhere.status_code == 401
    assert "Access-Control-Allow-Origin" not in elsewhere.headers
    again = client.post("/v1/widget/tokens", json={"origin": PAGE}, headers=bearer(token["token"], Origin=PAGE))
    assert again.status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"origin": PAGE, "user": ""},
        {"origin": PAGE, "user": "a\nb"},
        {"origin": PAGE, "groups": []},
        {"origin": 5},
        {"origin": "intranet.example"},
        {"origin": f"{PAGE}/page"},
    ],
)
def test_what_does_not_fit_is_refused(service: tuple[TestClient, str], body: dict[str, object]) -> None:
    client, key = service
    assert client.post("/v1/widget/tokens", json=body, headers=bearer(key)).status_code == 422


def test_who_shows_nothing_or_nothing_good_gets_a_problem_that_says_how(service: tuple[TestClient, str]) -> None:
    client, key = service
    for headers in ({}, bearer(key[:-1] + ("0" if key[-1] != "0" else "1"))):
        refused = client.post("/v1/widget/tokens", json={"origin": PAGE}, headers=headers)
        assert refused.status_code == 401
        assert refused.headers["WWW-Authenticate"].startswith("Bearer")
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert key not in refused.text
    assert client.get("/healthz").status_code == 200
