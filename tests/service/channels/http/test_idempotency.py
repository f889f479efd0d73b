"""A request that is sent again under its key is answered again, and its work done once."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient

from ingest.index import Catalogue
from service.app import create_app
from service.identity.key_store import KeyStore

if TYPE_CHECKING:
    from conftest import Shelf

VPN = "# VPN\n\nThe VPN client is installed from the staff portal. It needs a certificate.\n"
ASKED = {"question": "Where is the VPN client installed from?"}


def key(shelf: Shelf, *groups: str) -> dict[str, str]:
    catalogue = Catalogue(shelf.settings.data, create=True)
    _, secret = KeyStore(catalogue).create("press", ("ask", "ingest"), groups)
    catalogue.close()
    return {"Authorization": f"Bearer {secret}"}


@pytest.fixture
def asked(shelf: Shelf) -> TestClient:
    shelf.put("vpn.md", VPN)
    shelf.ingest()
    return shelf.serve()


def ask(client: TestClient, name: str = "one", body: dict[str, Any] | None = None, **headers: str) -> Any:
    return client.post("/v1/ask", json=body or ASKED, headers={"Idempotency-Key": name, **headers})


def test_the_same_request_gets_the_same_answer(asked: TestClient) -> None:
    first, again, other = ask(asked), ask(asked), ask(asked, "two")
    assert first.status_code == again.status_code == 200
    assert again.content == first.content
    assert (first.headers.get("idempotent-replayed"), again.headers["idempotent-replayed"]) == (None, "true")
    assert again.headers["content-type"] == first.headers["content-type"]
    assert again.headers["x-request-id"] != first.headers["x-request-id"]
    assert other.json()["id"] != first.json()["id"]


def test_a_stream_is_given_again_as_it_was(asked: TestClient) -> None:
    first = ask(asked, body={**ASKED, "stream": True})
    again = ask(asked, body={**ASKED, "stream": True})
    assert "event: completed" in first.text
    assert again.text == first.text
    assert again.headers["content-type"].startswith("text/event-stream")


def test_a_quoted_key_is_the_same_key(asked: TestClient) -> None:
    assert ask(asked, '"one"').content == ask(asked, "one").content


def test_another_request_under_the_same_key_is_refused(asked: TestClient) -> None:
    ask(asked)
    response = ask(asked, body={"question": "Does the VPN client need a certificate?"})
    assert response.status_code == 422
    assert "choose a new one" in response.json()["detail"]


@pytest.mark.parametrize("bad", ["", " ", '"', "a b", 'a"b', "x" * 256, "é".encode()])
def test_what_is_no_key_is_told_so(asked: TestClient, bad: str | bytes) -> None:
    response = asked.post("/v1/ask", json=ASKED, headers={"Idempotency-Key": bad})
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "idempotency-key"


def test_what_failed_may_be_tried_again_with_something_else(asked: TestClient) -> None:
    assert ask(asked, body={"question": ""}).status_code == 422
    assert ask(asked).status_code == 200


def test_each_asker_has_keys_of_their_own(shelf: Shelf) -> None:
    client, press, board = shelf.serve(), key(shelf, "press"), key(shelf, "board")
    for headers in (press, board):
        response = client.put(
            "/v1/articles/" + headers["Authorization"][-8:],
            json={"text": "It is blue."},
            headers={**headers, "Idempotency-Key": "one"},
        )
        assert response.status_code == 201
        assert "idempotent-replayed" not in response.headers


def test_an_article_is_taken_in_once(shelf: Shelf) -> None:
    client, press = shelf.serve(), {**key(shelf, "public"), "Idempotency-Key": "one"}
    first = client.put("/v1/articles/zeppelin", json={"text": "It is blue."}, headers=press)
    again = client.put("/v1/articles/zeppelin", json={"text": "It is blue."}, headers=press)
    assert (first.status_code, again.status_code) == (201, 201)
    assert (again.json(), again.headers["location"]) == (first.json(), first.headers["location"])
    assert client.put("/v1/articles/other", json={"text": "It is blue."}, headers=press).status_code == 422
    assert len(client.get("/v1/jobs", headers=press).json()["jobs"]) == 1


def test_of_two_at_once_one_does_the_work(shelf: Shelf) -> None:
    client, press = shelf.serve(), {**key(shelf, "public"), "Idempotency-Key": "one"}
    ready = threading.Barrier(6)

    def put(_: int) -> int:
        ready.wait()
        return client.put("/v1/articles/zeppelin", json={"text": "It is blue."}, headers=press).status_code

    with ThreadPoolExecutor(6) as pool:
        got = list(pool.map(put, range(6)))
    assert set(got) <= {201, 409}
    assert 201 in got
    jobs = [job["operation"] for job in client.get("/v1/jobs", headers=press).json()["jobs"]]
    assert jobs.count("put") == 1


def test_what_is_deleted_under_a_key_is_deleted_once_and_again_said_to_be(shelf: Shelf) -> None:
    client, press = shelf.serve(), key(shelf, "public")
    headers = {**press, "Idempotency-Key": "gone"}
    client.put("/v1/articles/zeppelin", json={"text": "The zeppelin is blue."}, headers=press)
    answer = client.post("/v1/ask", json={"question": "Which colour is the zeppelin?"}, headers=press).json()
    for path, name in (("/v1/articles/zeppelin", "a"), (f"/v1/conversations/{answer['conversation_id']}", "c")):
        first, again = (client.delete(path, headers={**headers, "Idempotency-Key": name}) for _ in "12")
        assert (first.status_code, again.status_code) == (204, 204)
        assert (first.headers.get("idempotent-replayed"), again.headers["idempotent-replayed"]) == (None, "true")
        assert client.delete(path, headers=press).status_code == 404
    token = json.loads((shelf.settings.data / "owner.lock").read_text())["token"]
    owner = {"Authorization": f"Bearer {token}", "Idempotency-Key": "p"}
    client.app_state["running"].audit.settle()
    name = client.get("/v1/audit", params={"action": "article."}, headers=owner).json()["lines"][0]["who"]
    first, again = (client.delete(f"/v1/people/{name}", headers=owner) for _ in "12")
    assert again.json() == first.json()
    assert (first.json()["name"], first.json()["requests"]) == (name, 2)


def test_an_answer_that_was_deleted_is_not_given_again(asked: TestClient) -> None:
    answer = ask(asked).json()
    assert asked.delete(f"/v1/conversations/{answer['conversation_id']}").status_code == 204
    assert ask(asked).status_code == 404


def test_an_answer_whose_article_was_closed_is_not_given_again(shelf: Shelf) -> None:
    line = '{{"id": "vpn", "title": "VPN", "text": "The VPN client is installed from the portal.", "groups": ["{}"]}}'
    shelf.put("vpn.jsonl", line.format("public"))
    shelf.ingest()
    client = shelf.serve()
    assert ask(client).json()["outcome"] == "answered"
    shelf.put("vpn.jsonl", line.format("board"))
    token = json.loads((shelf.settings.data / "owner.lock").read_text())["token"]
    headers = {"Authorization": f"Bearer {token}"}
    sources = [{"kind": "folder", "address": str(shelf.folder / "articles"), "groups": [], "every": None, "name": ""}]
    arguments = {"operation": "ingest", "arguments": {"sources": sources}}
    job = client.post("/v1/jobs", json=arguments, headers=headers).json()["id"]
    assert '"changed":1' in client.get(f"/v1/jobs/{job}/events", headers=headers).text
    assert ask(client).status_code == 404


def test_keys_end(shelf: Shelf) -> None:
    shelf.put("vpn.md", VPN)
    shelf.ingest()
    brief = shelf.settings.model_copy(
        update={"http": shelf.settings.http.model_copy(update={"idempotency_hours": 1e-9})}
    )
    with TestClient(create_app(brief)) as client:
        assert ask(client).json()["id"] != ask(client).json()["id"]


def test_what_was_kept_under_a_key_goes_with_the_person(shelf: Shelf) -> None:
    client, press = shelf.serve(), key(shelf, "public")
    token = json.loads((shelf.settings.data / "owner.lock").read_text())["token"]
    headers = {**press, "Idempotency-Key": "one"}
    client.put("/v1/articles/zeppelin", json={"text": "It is blue."}, headers=headers)
    owner = {"Authorization": f"Bearer {token}"}
    lines = client.get("/v1/audit", params={"action": "article.written"}, headers=owner).json()["lines"]
    assert client.delete(f"/v1/people/{lines[0]['who']}", headers=owner).status_code == 200
    again = client.put("/v1/articles/zeppelin", json={"text": "It is blue."}, headers=headers)
    assert (again.status_code, again.json()["outcome"]) == (200, "unchanged")


@pytest.mark.parametrize("stream", [False, True])
def test_where_nothing_that_is_asked_is_written_down_an_answer_is_not_either(shelf: Shelf, stream: bool) -> None:
    shelf.put("vpn.md", VPN)
    shelf.ingest()
    silent = shelf.settings.model_copy(update={"keep": shelf.settings.keep.model_copy(update={"answers": False})})
    with TestClient(create_app(silent)) as client:
        again = [ask(client, body={**ASKED, "stream": stream}) for _ in range(2)]
        assert [response.status_code for response in again] == [200, 200]
        assert "idempotent-replayed" not in again[1].headers
    written = b"".join(path.read_bytes() for path in shelf.settings.data.glob("catalogue.db*"))
    assert ASKED["question"].encode() not in written
