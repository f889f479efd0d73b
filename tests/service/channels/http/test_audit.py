"""What is changed over HTTP, by whom and with whose key, stands in the audit log; what is asked does not."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.service.channels.http.conftest import LEAVE, Shelf
from tests.service.channels.http.kept import FIRST, asked, key


@pytest.fixture
def filled(shelf: Shelf) -> Shelf:
    shelf.put("parental-leave.md", LEAVE)
    shelf.ingest()
    return shelf


def settled(client: TestClient, headers: dict[str, str], **wanted: Any) -> dict[str, Any]:
    client.app_state["running"].audit.settle()
    told = client.get("/v1/audit", headers=headers, params=wanted)
    assert told.status_code == 200, told.text
    found: dict[str, Any] = told.json()
    return found


def test_what_keys_did_and_what_was_refused_is_listed_for_whoever_administers(filled: Shelf) -> None:
    client = filled.serve()
    ann, admin = key(filled), key(filled, scopes=("admin",))
    asked(client, FIRST, ann, "con_a")
    asked(client, FIRST, ann, "con_a")
    client.delete("/v1/conversations/con_a", headers={**ann, "X-Request-Id": "req-77"})
    assert client.get("/v1/articles", headers={"Authorization": "Bearer fn_wrong"}).status_code == 401
    settled(client, admin)  # which is noted itself
    lines = settled(client, admin)["lines"]
    assert [x["action"] for x in lines] == [
        "credentials.used", "credentials.refused", "conversation.deleted", "credentials.used",
    ]  # fmt: skip
    deleted, used = lines[2], lines[3]
    assert (deleted["target"], deleted["request_id"], deleted["outcome"]) == ("con_a", "req-77", "done")
    assert deleted["who"] == used["who"] != lines[0]["who"]
    assert {x["client"] for x in lines} == {"testclient"}
    assert all(x["request_id"] for x in lines)
    assert "parental" not in str(lines)
    assert "fn_wrong" not in str(lines)


def test_what_somebody_tried_and_may_not_do_is_noted_once_and_counted(filled: Shelf) -> None:
    client = filled.serve()
    ann, bot, admin = key(filled), key(filled, scopes=("ingest",)), key(filled, scopes=("admin",))
    for number in range(10):
        told = client.put(f"/v1/articles/leave%1B{number}", json={"text": "Nobody has leave."}, headers=ann)
        assert told.status_code == 403
    assert client.delete("/v1/people/oidc:bob").status_code == 403
    asked_in_chat = {"model": "footnote", "messages": [{"role": "user", "content": "How long is leave?"}]}
    assert client.post("/v1/chat/completions", json=asked_in_chat, headers=bot).status_code == 403
    lines = settled(client, admin, action="access.refused")["lines"]
    assert [(x["target"], x["times"]) for x in lines] == [
        ("POST /v1/chat/completions", 1),
        ("DELETE /v1/people/oidc%3Abob", 1),
        ("PUT /v1/articles/leave%1B9", 10),
        ("PUT /v1/articles/leave%1B0", 1),
    ]
    assert {x["outcome"] for x in lines} == {"refused"}
    assert lines[1]["who"] is None
    assert lines[2]["who"] == lines[3]["who"] != lines[0]["who"]
    assert all(x["who"].startswith("key:") for x in (lines[0], lines[2]))
    assert all(x["request_id"] and x["client"] == "testclient" for x in lines)


def test_nobody_else_reads_it(filled: Shelf) -> None:
    client = filled.serve()
    for headers in ({}, key(filled), key(filled, scopes=("ingest",))):
        assert client.get("/v1/audit", headers=headers).status_code == 403


def test_it_is_read_by_pages_and_filters(filled: Shelf) -> None:
    client = filled.serve()
    admin = key(filled, scopes=("admin",))
    for number in range(5):
        asked(client, FIRST, None, f"con_{number}")
        client.delete(f"/v1/conversations/con_{number}")
    first = settled(client, admin, limit=3, action="conversation.")
    second = settled(client, admin, limit=3, action="conversation.", cursor=first["next_cursor"])
    targets = [x["target"] for x in first["lines"] + second["lines"]]
    assert targets == ["con_4", "con_3", "con_2", "con_1", "con_0"]
    assert second["next_cursor"] is None
    assert settled(client, admin, who="owner")["lines"] == []
    assert settled(client, admin, until="2001-01-01")["lines"] == []
    assert len(settled(client, admin, since="2001-01-01T00:00:00Z")["lines"]) == 6
    for wrong in ({"since": "yesterday"}, {"limit": 0}, {"cursor": "x"}, {"since": "2001-01-01' OR 1"}):
        assert client.get("/v1/audit", headers=admin, params=wrong).status_code == 422


def test_a_person_is_forgotten_over_http_down_to_the_last_byte(filled: Shelf) -> None:
    client = filled.serve()
    ann, bob, admin = key(filled), key(filled), key(filled, scopes=("admin",))
    answer = asked(client, "How long is parental leave for a zeppelin pilot?", ann, "con_a")
    asked(client, "How long is parental leave for a gardener?", bob, "con_b")
    said = {"rating": "down", "comment": "Nobody asks pilots."}
    assert client.post(f"/v1/answers/{answer['id']}/feedback", json=said, headers=ann).status_code == 201
    name = client.get("/v1/conversations/con_a", headers=ann).json()["turns"][0]["asker"]
    assert client.delete(f"/v1/people/{name}").status_code == 403
    assert client.delete(f"/v1/people/{name}", headers=ann).status_code == 403
    client.app_state["running"].audit.settle()
    report = client.delete(f"/v1/people/{name}", headers=admin)
    assert report.status_code == 200
    counted = {n: report.json()[n] for n in ("name", "conversations", "answers", "feedback", "uses", "wiped")}
    assert counted == {"name": name, "conversations": 1, "answers": 1, "feedback": 1, "uses": 1, "wiped": True}
    left = b"".join(path.read_bytes() for path in filled.settings.data.glob("catalogue.db*"))
    assert b"zeppelin pilot" not in left
    assert b"Nobody asks pilots" not in left
    assert b"gardener" in left
    assert client.get(f"/v1/answers/{answer['id']}", headers=ann).status_code == 404
    assert client.get("/v1/conversations", headers=ann).json()["conversations"] == []
    assert len(client.get("/v1/conversations", headers=bob).json()["conversations"]) == 1
    line = settled(client, admin, action="person.forgotten")["lines"][0]
    assert (line["target"], line["outcome"]) == (name, "done")
