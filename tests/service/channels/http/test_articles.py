"""Articles as JSON: listing them, and opening any version that an answer may cite."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

if TYPE_CHECKING:
    from conftest import Shelf

VPN = "# VPN\n\nThe VPN client is installed from the {} portal. It needs a certificate.\n"


def ids(page: dict[str, list[dict[str, str]]]) -> list[str]:
    return [article["id"] for article in page["articles"]]


def test_pages_follow_each_other_without_holes(client: TestClient) -> None:
    whole = client.get("/v1/articles").json()
    assert whole["next_cursor"] is None
    assert "board/minutes 1" not in ids(whole)
    found: list[str] = []
    cursor = None
    while True:
        page = client.get("/v1/articles", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        found += ids(page)
        cursor = page["next_cursor"]
        if cursor is None:
            break
        assert len(page["articles"]) == 2
    assert found == ids(whole)


@pytest.mark.parametrize(
    ("query", "field"),
    [("cursor=!!", "cursor"), ("cursor=/w==", "cursor"), ("limit=0", "limit"), ("limit=201", "limit")],
)
def test_a_listing_names_what_does_not_fit(client: TestClient, query: str, field: str) -> None:
    response = client.get(f"/v1/articles?{query}")
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == field


def test_an_article_has_its_text_and_sections_but_no_path_of_ours(client: TestClient) -> None:
    response = client.get("/v1/articles/parental-leave")
    article = response.json()
    assert article["version"] == article["current_version"] == 1
    for section in article["sections"]:
        assert article["text"][section["start"] :].startswith(section["heading"])
    assert "/articles/parental-leave.md" not in response.text


def test_ids_of_any_characters_are_found(client: TestClient) -> None:
    for article in client.get("/v1/articles").json()["articles"]:
        path = article["id"].replace("/", "%2F").replace("?", "%3F")
        assert client.get(f"/v1/articles/{path}").json()["id"] == article["id"]


@pytest.mark.parametrize("path", ["none", "", "board%2Fminutes%201", "board%2Fminutes%201?version=1", "none?version=1"])
def test_what_is_not_there_for_the_asker_is_not_found(client: TestClient, path: str) -> None:
    response = client.get(f"/v1/articles/{path}")
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("version", ["0", "-1", "x", str(10**30)])
def test_a_version_is_a_number(client: TestClient, version: str) -> None:
    assert client.get(f"/v1/articles/parental-leave?version={version}").status_code == 422


def test_old_versions_stay(shelf: Shelf) -> None:
    shelf.put("vpn.md", VPN.format("old"))
    shelf.ingest()
    shelf.put("vpn.md", VPN.format("new"))
    shelf.ingest()
    client = shelf.serve()
    old = client.get("/v1/articles/vpn?version=1").json()
    assert "old portal" in old["text"]
    assert (old["version"], old["current_version"], old["removed"]) == (1, 2, False)
    assert "new portal" in client.get("/v1/articles/vpn").json()["text"]
    assert client.get("/v1/articles/vpn?version=3").status_code == 404


def test_versions_of_a_removed_article_stay(shelf: Shelf) -> None:
    shelf.put("vpn.md", VPN.format("old"))
    shelf.ingest()
    shelf.remove("vpn")
    client = shelf.serve()
    assert client.get("/v1/articles/vpn").status_code == 404
    removed = client.get("/v1/articles/vpn?version=1").json()
    assert (removed["removed"], removed["current_version"]) == (True, None)


def test_closing_an_article_closes_its_past(shelf: Shelf) -> None:
    line = '{{"id": "plan", "title": "Plan", "text": "The plan is to sell {}.", "groups": ["{}"]}}'
    shelf.put("plan.jsonl", line.format("chairs", "public"))
    shelf.ingest()
    shelf.put("plan.jsonl", line.format("tables", "board"))
    shelf.ingest()
    client = shelf.serve()
    assert client.get("/v1/articles/plan").status_code == 404
    assert client.get("/v1/articles/plan?version=1").status_code == 404
    assert client.get("/articles/plan?version=1").status_code == 404
