"""Tokens for the widget over HTTP: made with a key, used from a page, and of no use elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from ingest.index import Catalogue, open_index
from ingest.job import Job, sources_of
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
    _ingest(Settings(data=data, embedding={"provider": "hashing"}))
    settings = Settings(
        data=data, embedding={"provider": "hashing"}, auth={"required": True}, widget={"origins": PAGE}, host="0.0.0.0"
    )
    with ExitStack() as running:
        yield running.enter_context(TestClient(create_app(settings), raise_server_exceptions=False)), key


def _ingest(settings: Settings) -> None:
    index = open_index(settings, create=True)
    ready = settings.data.parent / "articles.jsonl"
    ready.write_text('{"id": "pay/scale", "title": "Pay", "text": "The scale has nine steps.", "groups": ["hr"]}\n')
    report = Job(index, settings).run(sources_of([ready]))
    index.catalogue.close()
    assert report.failed == [], report.failed


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


ARTICLE = "/articles/pay%2Fscale?start=4&end=9"


def passed(client: TestClient, key: str, groups: list[str]) -> str:
    """A pass, as the widget fetches one."""
    token = client.post("/v1/widget/tokens", json={"origin": PAGE, "groups": groups}, headers=bearer(key)).json()
    made = client.post("/v1/widget/passes", headers=bearer(token["token"], Origin=PAGE))
    assert made.status_code == 201, made.text
    given: str = made.json()["pass"]
    return given


def test_a_pass_opens_an_article_in_a_tab_and_leaves_no_secret_in_its_address(
    service: tuple[TestClient, str],
) -> None:
    client, key = service
    client.cookies.clear()
    assert client.get(ARTICLE).status_code == 401
    came = client.get(f"{ARTICLE}&pass={passed(client, key, ['hr'])}", follow_redirects=False)
    assert (came.status_code, came.headers["Location"]) == (303, "./pay%2Fscale?start=4&end=9")
    assert "<mark" not in came.text
    cookie = came.headers["Set-Cookie"].lower()
    for said in ("httponly", "samesite=lax", "path=/articles", "max-age=3600"):
        assert said in cookie
    opened = client.get(ARTICLE)
    assert opened.status_code == 200
    assert ">scale</mark>" in opened.text
    assert client.get("/v1/articles").status_code == 401  # reads pages, and asks nothing
    client.cookies.clear()


def test_the_tab_reads_what_its_visitor_may_read(service: tuple[TestClient, str]) -> None:
    client, key = service
    client.cookies.clear()
    assert client.get(f"{ARTICLE}&pass={passed(client, key, ['public'])}").status_code == 404
    assert client.get(f"{ARTICLE}&pass={passed(client, key, ['hr'])}").status_code == 200
    client.cookies.clear()


@pytest.mark.parametrize("given", ["", "x", "a.b.c", "%00"])
def test_a_pass_that_is_none_opens_nothing_and_says_who_may_read(service: tuple[TestClient, str], given: str) -> None:
    client, _ = service
    client.cookies.clear()
    refused = client.get(f"{ARTICLE}&pass={given}", headers={"Accept": "text/html"})
    assert (refused.status_code, refused.url.query) == (401, b"start=4&end=9")
    assert "open it there again" in refused.text
    assert not client.cookies


def test_an_address_of_nothing_but_a_pass_becomes_one_without(service: tuple[TestClient, str]) -> None:
    client, key = service
    client.cookies.clear()
    opened = client.get(f"/articles/pay%2Fscale?pass={passed(client, key, ['hr'])}")
    assert (opened.status_code, opened.url.raw_path) == (200, b"/articles/pay%2Fscale")
    client.cookies.clear()


def test_only_a_widget_token_makes_passes(service: tuple[TestClient, str]) -> None:
    client, key = service
    client.cookies.clear()
    assert client.post("/v1/widget/passes").status_code == 401
    refused = client.post("/v1/widget/passes", headers=bearer(key))
    assert refused.status_code == 403
    assert "widget token" in refused.json()["detail"]


def test_behind_https_and_a_path_the_cookie_is_for_that(tmp_path: Path) -> None:
    data = tmp_path / "data"
    catalogue = Catalogue(data, create=True)
    key = KeyStore(catalogue).create("site", ["ask"], ["hr"])[1]
    catalogue.close()
    _ingest(Settings(data=data, embedding={"provider": "hashing"}))
    settings = Settings(
        data=data,
        embedding={"provider": "hashing"},
        auth={"required": True},
        widget={"origins": PAGE},
        public_url="https://intranet.example/footnote/",
    )
    with TestClient(create_app(settings)) as client:
        came = client.get(f"{ARTICLE}&pass={passed(client, key, ['hr'])}", follow_redirects=False)
    cookie = came.headers["Set-Cookie"].lower()
    assert "path=/footnote/articles;" in cookie
    assert "secure" in cookie
