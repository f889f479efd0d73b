"""One's own conversations: listed, opened, gone on with, and nobody else's."""

from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.service.channels.http.conftest import LEAVE, Shelf
from tests.service.channels.http.kept import FIRST, asked, key


@pytest.fixture
def filled(shelf: Shelf) -> Shelf:
    shelf.put("parental-leave.md", LEAVE)
    shelf.put("ready.jsonl", '{"id": "plan", "title": "Plan", "text": "The board bought a zeppelin.", "groups": ["b"]}')
    shelf.ingest()
    return shelf


def mine(client: TestClient, headers: dict[str, str] | None = None, **page: Any) -> dict[str, Any]:
    told = client.get("/v1/conversations", headers=headers or {}, params=page)
    assert told.status_code == 200, told.text
    found: dict[str, Any] = told.json()
    return found


def test_ones_own_are_listed_newest_first_page_by_page(filled: Shelf) -> None:
    client = filled.serve()
    ann, bob = key(filled), key(filled)
    for number in range(5):
        asked(client, FIRST, ann, f"con_{number}")
    asked(client, "Tell me more", ann, "con_1")
    asked(client, FIRST, bob, "con_bob")
    asked(client, FIRST, None, "con_nobody")
    first = mine(client, ann, limit=3)
    assert [c["id"] for c in first["conversations"]] == ["con_1", "con_4", "con_3"]
    second = mine(client, ann, limit=3, cursor=first["next_cursor"])
    assert [c["id"] for c in second["conversations"]] == ["con_2", "con_0"]
    assert second["next_cursor"] is None
    assert {c["question"] for c in first["conversations"]} == {FIRST}
    assert first["conversations"][0]["asked_at"] <= first["conversations"][0]["last_asked_at"]
    assert [c["id"] for c in mine(client, bob)["conversations"]] == ["con_bob"]
    assert mine(client) == {"conversations": [], "next_cursor": None}


def test_somebody_elses_is_neither_shown_nor_gone_on_with(filled: Shelf) -> None:
    client = filled.serve()
    ann, bob = key(filled), key(filled)
    answer = asked(client, FIRST, ann, "con_a")
    for other in (bob, {}):
        for gone in ("/v1/conversations/con_a", f"/v1/answers/{answer['id']}"):
            assert client.get(gone, headers=other).status_code == 404
        assert client.delete("/v1/conversations/con_a", headers=other).status_code == 404
        afresh = asked(client, "Tell me more", other, "con_a")
        assert (afresh["conversation_id"], afresh["standalone_question"]) == ("con_a", "Tell me more")
    assert asked(client, "Tell me more", ann, "con_a")["standalone_question"] == "What is there about parental leave?"
    turns = {
        n: client.get("/v1/conversations/con_a", headers=h).json()["turns"] for n, h in (("ann", ann), ("bob", bob))
    }
    assert [t["answer"]["question"] for t in turns["ann"]] == [FIRST, "Tell me more"]
    assert [t["answer"]["question"] for t in turns["bob"]] == ["Tell me more"]
    assert turns["ann"][0]["asker"] != turns["bob"][0]["asker"]
    assert client.delete("/v1/conversations/con_a", headers=bob).status_code == 204
    assert len(client.get("/v1/conversations/con_a", headers=ann).json()["turns"]) == 2


def test_whoever_administers_sees_them_within_their_groups(filled: Shelf) -> None:
    client = filled.serve()
    ann, board = key(filled), key(filled, "b")
    asked(client, FIRST, ann, "con_a")
    asked(client, "What did the board buy?", board, "con_b")
    admin = key(filled, scopes=("admin", "ask"))
    assert client.get("/v1/conversations/con_a", headers=admin).status_code == 200
    assert client.get("/v1/conversations/con_b", headers=admin).status_code == 404
    assert client.get("/v1/conversations/con_b", headers=key(filled, "b", scopes=("admin",))).status_code == 200
    assert mine(client, admin)["conversations"] == []


def test_a_conversation_whose_articles_were_closed_is_not_listed(filled: Shelf) -> None:
    client = filled.serve()
    board = key(filled, "b")
    asked(client, "What did the board buy?", board, "con_b")
    assert [c["id"] for c in mine(client, board)["conversations"]] == ["con_b"]
    closed = {"id": "plan", "title": "Plan", "text": "The board bought a zeppelin again.", "groups": ["c"]}
    filled.put("ready.jsonl", json.dumps(closed))
    filled.ingest()
    assert mine(client, board)["conversations"] == []
