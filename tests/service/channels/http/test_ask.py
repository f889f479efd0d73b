"""Questions over HTTP: answers as JSON and as events, and what cannot be asked."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.answer import Answer

LEAVE = "How long is parental leave at full pay?"


def events_of(text: str) -> list[tuple[str, int, dict[str, Any]]]:
    """(event, id, data) of a whole stream."""
    parts = [part for part in text.split("\n\n") if part and not part.startswith(":")]
    found = [dict(line.split(": ", 1) for line in part.split("\n")) for part in parts]
    return [(one["event"], one["id"], json.loads(one["data"])) for one in found]


@pytest.mark.parametrize(
    "question", [LEAVE, "出差报销应当在几个工作日内提交?", "When does the first part of the leave begin?"]
)
def test_every_quote_is_where_the_citation_says(client: TestClient, question: str) -> None:
    answer = client.post("/v1/ask", json={"question": question}).json()
    assert answer["outcome"] in ("answered", "partial")
    assert answer["citations"]
    for citation in answer["citations"]:
        article = client.get(f"/v1/articles/{citation['article_id']}", params={"version": citation["version"]}).json()
        assert article["text"][citation["start"] : citation["end"]] == citation["quote"]


def test_an_answer_has_every_field_of_the_contract(client: TestClient) -> None:
    answer = client.post("/v1/ask", json={"question": LEAVE, "conversation_id": "con_1"}).json()
    assert list(answer) == [field.name for field in fields(Answer)]
    assert answer["conversation_id"] == "con_1"
    assert "20 weeks" in answer["text"]


def test_events_tell_what_the_json_answer_tells(client: TestClient) -> None:
    answer = client.post("/v1/ask", json={"question": LEAVE}).json()
    response = client.post("/v1/ask", json={"question": LEAVE, "stream": True})
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["x-accel-buffering"] == "no"
    assert "no-store" in response.headers["cache-control"]
    events = events_of(response.text)
    names = [name for name, _, _ in events]
    assert names[:2] == ["started", "sources"]
    assert names[-1] == "completed"
    answer_id = events[0][2]["answer_id"]
    assert [number for _, number, _ in events] == [f"{answer_id}.{n}" for n in range(1, len(events) + 1)]
    whole = events[-1][2]
    assert [s["text"] for s in whole["sentences"]] == [s["text"] for s in answer["sentences"]]
    assert [c["quote"] for c in whole["citations"]] == [c["quote"] for c in answer["citations"]]
    assert [data["sentence"] for name, _, data in events if name == "sentence"] == whole["sentences"]
    assert set(events[0][2]) == {"answer_id", "conversation_id", "question", "language"}


@pytest.mark.parametrize(
    ("body", "accept", "streams"),
    [
        ({}, "text/event-stream", True),
        ({}, "application/json, TEXT/Event-Stream;q=0.9", True),
        ({}, "application/json", False),
        ({"stream": True}, "application/json", True),
        ({"stream": False}, "text/event-stream", False),
    ],
)
def test_what_is_asked_for_beats_what_is_accepted(
    client: TestClient, body: dict[str, Any], accept: str, streams: bool
) -> None:
    response = client.post("/v1/ask", json={"question": LEAVE, **body}, headers={"accept": accept})
    assert response.headers["content-type"].startswith("text/event-stream") is streams


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("", "empty"),
        ("   \n ", "empty"),
        ("why? " * 20_000, "99,999 characters"),
        ("what is\x07 this", "control characters"),
        ("🦓🦓🦓", "no words"),
        ("？！。", "no words"),
        ("\ud800 hello", "control characters"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_streams(
    client: TestClient, question: str, says: str, stream: bool
) -> None:
    body = json.dumps({"question": question, "stream": stream})
    response = client.post("/v1/ask", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert says in response.json()["detail"]


def test_the_language_asked_for_is_that_of_the_answer(client: TestClient) -> None:
    body = {"question": "How do black holes evaporate?", "language": "zh-CN", "filters": {"groups": ["nobody"]}}
    answer = client.post("/v1/ask", json=body).json()
    assert answer["outcome"] == "declined"
    assert answer["language"] == "zh"
    assert "文章" in answer["text"]


def test_articles_of_other_groups_do_not_exist(client: TestClient) -> None:
    for filters in ({}, {"filters": {"groups": ["board"]}}, {"filters": {"groups": ["board", "public"]}}):
        answer = client.post("/v1/ask", json={"question": "What did the board secretly buy?", **filters})
        assert answer.status_code == 200
        assert "zeppelin" not in answer.text
        hits = client.post("/v1/search", json={"question": "board zeppelin", **filters}).json()["hits"]
        assert all(hit["article_id"] != "board/minutes 1" for hit in hits)
    body = {"question": "parental leave", "filters": {"groups": ["board"]}}
    assert client.post("/v1/search", json=body).json() == {"hits": []}


def test_search_gives_passages_best_first(client: TestClient) -> None:
    hits = client.post("/v1/search", json={"question": "parental leave full pay", "limit": 3}).json()["hits"]
    assert len(hits) == 3
    assert hits[0]["article_id"] == "parental-leave"
    assert [h["score"] for h in hits] == sorted((h["score"] for h in hits), reverse=True)
    for hit in hits:
        text = client.get(f"/v1/articles/{hit['article_id']}").json()["text"]
        assert text[hit["start"] : hit["end"]] == hit["text"]


@pytest.mark.parametrize("limit", [0, 51, "5", 1.5])
def test_search_names_a_limit_that_does_not_fit(client: TestClient, limit: object) -> None:
    response = client.post("/v1/search", json={"question": "leave", "limit": limit})
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "limit"
