"""Articles that are sent: recorded, searched at once, replaced, taken away; and whose groups may do that."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient

from ingest.index import Catalogue
from ingest.index.owner import Owner
from service.identity.key_store import KeyStore

if TYPE_CHECKING:
    from conftest import Shelf

ZEPPELIN = {"title": "Zeppelin", "text": "The zeppelin leaves at nine.\n\nIt is painted blue.", "author": "A. Pilot"}


def key(shelf: Shelf, *groups: str, scopes: tuple[str, ...] = ("ask", "ingest")) -> dict[str, str]:
    """The header of a new key."""
    catalogue = Catalogue(shelf.settings.data, create=True)
    _, secret = KeyStore(catalogue).create("press", scopes, groups)
    catalogue.close()
    return {"Authorization": f"Bearer {secret}"}


def found(client: TestClient, question: str, headers: dict[str, str] | None = None) -> list[str]:
    hits: list[dict[str, Any]] = client.post("/v1/search", json={"question": question}, headers=headers).json()["hits"]
    return [hit["text"] for hit in hits if hit["article_id"] == "zeppelin"]


def finished(client: TestClient, headers: dict[str, str]) -> None:
    """Wait until the newest job is over."""
    job = client.get("/v1/jobs", headers=headers).json()["jobs"][0]["id"]
    assert "event: finished" in client.get(f"/v1/jobs/{job}/events", headers=headers).text


def test_an_article_is_found_as_soon_as_it_was_sent(shelf: Shelf) -> None:
    client, press = shelf.serve(), key(shelf, "public")
    response = client.put("/v1/articles/zeppelin", json=ZEPPELIN, headers=press)
    assert response.status_code == 201
    assert response.headers["location"] == "/v1/articles/zeppelin"
    written = response.json()
    assert (written["id"], written["outcome"], written["version"], written["searched"]) == (
        "zeppelin",
        "added",
        1,
        True,
    )
    assert found(client, "when does the zeppelin leave") == ["The zeppelin leaves at nine.\n\nIt is painted blue."]
    article = client.get("/v1/articles/zeppelin").json()
    assert (article["text"], article["title"], article["author"]) == (ZEPPELIN["text"], "Zeppelin", "A. Pilot")


def test_the_same_again_changes_nothing_and_another_text_is_a_new_version(shelf: Shelf) -> None:
    client, admin = shelf.serve(), key(shelf, "public", scopes=("ask", "ingest", "admin"))
    client.put("/v1/articles/zeppelin", json=ZEPPELIN, headers=admin)
    again = client.put("/v1/articles/zeppelin", json=ZEPPELIN, headers=admin)
    assert (again.status_code, again.json()["outcome"], again.json()["version"]) == (200, "unchanged", 1)
    changed = client.put("/v1/articles/zeppelin", json={"text": "The zeppelin leaves at ten."}, headers=admin)
    assert (changed.status_code, changed.json()["outcome"], changed.json()["version"]) == (200, "changed", 2)
    finished(client, admin)
    assert found(client, "when does the zeppelin leave") == ["The zeppelin leaves at ten."]


def test_a_page_is_taken_without_what_frames_it(shelf: Shelf) -> None:
    client, press = shelf.serve(), key(shelf, "public")
    html = (
        "<title>Zep | Site</title><nav>Home Menu</nav><h1>Zep</h1><h2>Times</h2><p>Le zeppelin part à neuf heures.</p>"
    )
    sent = {"html": html, "url": "https://example.org/zep", "published_at": "2024-05-31", "language": "fr"}
    assert client.put("/v1/articles/zeppelin", json=sent, headers=press).status_code == 201
    article = client.get("/v1/articles/zeppelin").json()
    assert article["text"] == "Times\n\nLe zeppelin part à neuf heures."
    assert (article["title"], article["url"], article["published_at"]) == ("Zep", sent["url"], "2024-05-31")
    assert (article["language"], article["sections"][0]["heading"]) == ("fr", "Times")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "either “text” or “html”"),
        ({"text": "a b", "html": "<p>a"}, "not both"),
        ({"text": "\n \n"}, "no sentence"),
        ({"text": "a b", "url": "javascript:alert(1)"}, "“url” has to begin with http"),
        ({"text": "a b", "published_at": "soon"}, "“published_at” has to be a date"),
        ({"text": "a b", "groups": []}, "at least 1"),
        ({"text": "a b", "colour": "red"}, "not understood"),
        ({"html": "<p> </p>"}, "zeppelin"),
    ],
)
def test_what_cannot_go_in_is_told_in_a_sentence(shelf: Shelf, body: dict[str, Any], says: str) -> None:
    response = shelf.serve().put("/v1/articles/zeppelin", json=body, headers=key(shelf, "public"))
    assert response.status_code == 422
    assert says in response.json()["detail"]


@pytest.mark.parametrize("bad", ["%20x", "a%00b", "a%09b", "%FF", "x" * 201])
def test_an_id_that_nobody_could_read_is_refused(shelf: Shelf, bad: str) -> None:
    assert shelf.serve().put(f"/v1/articles/{bad}", json=ZEPPELIN, headers=key(shelf, "public")).status_code == 422


@pytest.mark.parametrize("good", ["年报 2026", "board%2Fminutes", "..%2F..%2Fetc%2Fpasswd", "a?b"])
def test_an_id_of_any_script_is_an_id_and_never_a_path(shelf: Shelf, good: str) -> None:
    path = f"/v1/articles/{good.replace('?', '%3F')}"
    client, press = shelf.serve(), key(shelf, "public")
    assert client.put(path, json=ZEPPELIN, headers=press).status_code == 201
    assert client.get(path).json()["text"] == ZEPPELIN["text"]
    assert client.delete(path, headers=press).status_code == 204


def test_an_article_leaves_search_at_once_and_stays_under_its_citations(shelf: Shelf) -> None:
    client, press = shelf.serve(), key(shelf, "public")
    client.put("/v1/articles/zeppelin", json=ZEPPELIN, headers=press)
    assert client.delete("/v1/articles/zeppelin", headers=press).status_code == 204
    assert found(client, "when does the zeppelin leave") == []
    assert client.get("/v1/articles/zeppelin").status_code == 404
    assert client.get("/v1/articles/zeppelin?version=1").json()["removed"]
    assert client.delete("/v1/articles/zeppelin", headers=press).status_code == 404
    assert client.put("/v1/articles/zeppelin", json=ZEPPELIN, headers=press).status_code == 201


def test_writing_needs_the_scope(shelf: Shelf) -> None:
    client, reader = shelf.serve(), key(shelf, "public", scopes=("ask",))
    for headers in (reader, {}):
        assert client.put("/v1/articles/zeppelin", json=ZEPPELIN, headers=headers).status_code == 403
        assert client.delete("/v1/articles/zeppelin", headers=headers).status_code == 403
    bad = {"Authorization": "Bearer nonsense"}
    assert client.put("/v1/articles/zeppelin", json=ZEPPELIN, headers=bad).status_code == 401


def test_a_key_writes_for_its_own_groups_alone(shelf: Shelf) -> None:
    client, press, both = shelf.serve(), key(shelf, "press"), key(shelf, "press", "board")
    asked = {**ZEPPELIN, "groups": ["public"]}
    assert client.put("/v1/articles/zeppelin", json=asked, headers=press).status_code == 403
    unsaid = client.put("/v1/articles/zeppelin", json=ZEPPELIN, headers=both)
    assert (unsaid.status_code, unsaid.json()["errors"][0]["field"]) == (422, "groups")
    assert client.put("/v1/articles/zeppelin", json=ZEPPELIN, headers=press).status_code == 201
    assert client.get("/v1/articles/zeppelin").status_code == 404
    assert found(client, "zeppelin") == []
    assert found(client, "zeppelin", press) != []
    admin = key(shelf, "public", scopes=("ask", "ingest", "admin"))
    assert client.put("/v1/articles/other", json={**ZEPPELIN, "groups": ["board"]}, headers=admin).status_code == 201


def test_what_others_may_read_is_not_theirs_to_change(shelf: Shelf) -> None:
    client, press, board = shelf.serve(), key(shelf, "press"), key(shelf, "press", "board")
    secret = {"text": "The zeppelin is secret.", "groups": ["board"]}
    assert client.put("/v1/articles/zeppelin", json=secret, headers=board).status_code == 201
    taken = client.put("/v1/articles/zeppelin", json=ZEPPELIN, headers=press)
    assert taken.status_code == 409
    assert "choose another" in taken.json()["detail"]
    assert client.delete("/v1/articles/zeppelin", headers=press).status_code == 404
    shared = {"text": "The zeppelin is known to some.", "groups": ["board", "press"]}
    assert client.put("/v1/articles/zeppelin", json=shared, headers=board).status_code == 200
    assert client.put("/v1/articles/zeppelin", json=ZEPPELIN, headers=press).status_code == 409
    assert client.delete("/v1/articles/zeppelin", headers=press).status_code == 403
    assert found(client, "zeppelin", board) != []


def test_an_article_of_a_source_is_changed_there(shelf: Shelf) -> None:
    shelf.put("vpn.md", "# VPN\n\nThe VPN client is blue.\n")
    shelf.ingest()
    client, press = shelf.serve(), key(shelf, "public")
    response = client.put("/v1/articles/vpn", json={"text": "The VPN client is red."}, headers=press)
    assert response.status_code == 409
    assert "another source" in response.json()["detail"]
    assert client.delete("/v1/articles/vpn", headers=press).status_code == 204
    assert client.put("/v1/articles/vpn", json={"text": "The VPN client is red."}, headers=press).status_code == 201


def test_a_copy_takes_the_place_of_an_article_that_goes(shelf: Shelf) -> None:
    client, press = shelf.serve(), key(shelf, "public")
    client.put("/v1/articles/first", json=ZEPPELIN, headers=press)
    client.put("/v1/articles/zeppelin", json=ZEPPELIN, headers=press)
    assert found(client, "zeppelin") == []
    client.delete("/v1/articles/first", headers=press)
    assert found(client, "zeppelin") != []


def test_who_cannot_be_served_soon_is_told_which_job_to_follow(shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "busy").mkdir()
    with ExitStack() as running:
        shelf = type(shelf)(tmp_path / "busy", running, http={"article_seconds": 0.2})
        client, press = shelf.serve(), key(shelf, "public")
        with Owner(shelf.settings.data, "footnote ingest", file="writer.lock"):
            response = client.put("/v1/articles/zeppelin", json=ZEPPELIN, headers=press)
        assert (response.status_code, response.json()["outcome"], response.json()["version"]) == (202, "queued", None)
        finished_job = client.get(f"/v1/jobs/{response.json()['job']}/events", headers=press).text
        assert "event: finished" in finished_job
        assert client.get("/v1/articles/zeppelin").json()["text"] == ZEPPELIN["text"]
