"""Conversations over HTTP: follow-ups, what is kept of them, and whose they are."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.app import create_app
from tests.service.channels.http.conftest import CHINESE, LEAVE, READY, Shelf

FIRST = "How long is parental leave at full pay?"


def ask(client: TestClient, question: str, conversation: str = "con_a", **more: Any) -> dict[str, Any]:
    answer = client.post("/v1/ask", json={"question": question, "conversation_id": conversation, **more})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
def filled(shelf: Shelf) -> Shelf:
    shelf.put("parental-leave.md", LEAVE)
    shelf.put("baoxiao.txt", CHINESE)
    shelf.put("ready.jsonl", "\n".join(json.dumps(article) for article in READY))
    shelf.ingest()
    return shelf


def test_a_conversation_goes_on_in_two_languages_and_over_a_stream(filled: Shelf) -> None:
    client = filled.serve()
    ask(client, FIRST)
    assert ask(client, "Tell me more")["standalone_question"] == "What is there about parental leave?"
    assert ask(client, "出差报销应当在几个工作日内提交?")["language"] == "zh"
    streamed = client.post(
        "/v1/ask", json={"question": "and travel advances?", "conversation_id": "con_a", "stream": True}
    ).text
    last = json.loads(streamed.split("event: completed\ndata: ")[1].split("\n")[0])
    assert last["standalone_question"] == "travel advances应当在几个工作日内提交？"
    assert client.get(f"/v1/answers/{last['id']}").json() == last
    kept = client.get("/v1/conversations/con_a").json()
    assert [t["answer"]["question"] for t in kept["turns"]] == [
        FIRST, "Tell me more", "出差报销应当在几个工作日内提交?", "and travel advances?",
    ]  # fmt: skip


def test_another_conversation_is_not_read(filled: Shelf) -> None:
    client = filled.serve()
    ask(client, FIRST)
    assert ask(client, "Tell me more", "con_b")["standalone_question"] == "Tell me more"
    assert ask(client, "Tell me more", "CON_A")["standalone_question"] == "Tell me more"


def test_a_conversation_survives_the_service(tmp_path: Path) -> None:
    with ExitStack() as first:
        shelf = Shelf(tmp_path, first)
        shelf.put("parental-leave.md", LEAVE)
        shelf.ingest()
        answer = ask(shelf.serve(), FIRST)
    with TestClient(create_app(shelf.settings)) as again:
        assert ask(again, "Why?")["standalone_question"].startswith("Why is it that parental leave is 20 weeks")
        assert again.get(f"/v1/answers/{answer['id']}").json() == answer


def test_a_deleted_conversation_is_gone_and_begins_anew(filled: Shelf) -> None:
    client = filled.serve()
    answer = ask(client, FIRST)
    assert client.delete("/v1/conversations/con_a").status_code == 204
    for gone in ("/v1/conversations/con_a", f"/v1/answers/{answer['id']}"):
        missing = client.get(gone)
        assert missing.status_code == 404
        assert "deleted" in missing.json()["detail"]
    assert client.delete("/v1/conversations/con_a").status_code == 404
    assert ask(client, "Tell me more")["standalone_question"] == "Tell me more"


def test_only_the_last_turns_are_read(shelf: Shelf) -> None:
    shelf.put("parental-leave.md", LEAVE)
    shelf.ingest()
    shelf.settings = shelf.settings.model_copy(
        update={"answer": shelf.settings.answer.model_copy(update={"history": 0})}
    )
    client = shelf.serve()
    ask(client, FIRST)
    assert ask(client, "Tell me more")["standalone_question"] == "Tell me more"


def owner(shelf: Shelf) -> dict[str, str]:
    """What a command on this machine shows."""
    found = json.loads((shelf.settings.data / "owner.lock").read_text("utf-8"))
    return {"Authorization": f"Bearer {found['token']}"}


def test_what_another_group_asked_is_never_read(filled: Shelf) -> None:
    client = filled.serve()
    board = {
        "question": "What did the board secretly buy?",
        "conversation_id": "con_a",
        "filters": {"groups": ["board"]},
    }
    answer = client.post("/v1/ask", json=board, headers=owner(filled)).json()
    assert "zeppelin" in answer["text"]
    assert client.get("/v1/conversations/con_a").status_code == 404
    assert client.get(f"/v1/answers/{answer['id']}").status_code == 404
    assert client.delete("/v1/conversations/con_a").status_code == 404
    told = ask(client, "Why?")
    assert told["standalone_question"] == "Why?"
    assert "zeppelin" not in json.dumps(told)
    assert len(client.get("/v1/conversations/con_a", headers=owner(filled)).json()["turns"]) == 2


@pytest.mark.parametrize("name", ["", " ", "a" * 101, "a b", "../etc", "会话", "a\n", "a;DROP TABLE answers"])
def test_an_odd_id_is_refused_by_name(client: TestClient, name: str) -> None:
    refused = client.post("/v1/ask", json={"question": FIRST, "conversation_id": name})
    assert refused.status_code == 422
    assert "“conversation_id” has to" in refused.json()["detail"]


@pytest.mark.parametrize("name", ["nothing", "a" * 101, "会话", "a%20b"])
def test_an_unknown_or_odd_id_has_no_turns(client: TestClient, name: str) -> None:
    assert client.get(f"/v1/conversations/{name}").status_code in (404, 422)
    assert client.delete(f"/v1/conversations/{name}").status_code in (404, 422)
