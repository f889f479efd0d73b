"""Answers given again by the running service: with events, links and records of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.app import create_app
from tests.fakes.library import ARTICLES, Library

ASKED = {"question": "What was the return rate of live orders?"}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Library(tmp_path).ingest(ARTICLES).settings)) as served:
        yield served


def streamed(client: TestClient) -> list[tuple[str, dict[str, Any]]]:
    """Names and data of the events of an answer."""
    text = client.post("/v1/ask", json={**ASKED, "stream": True}).text
    blocks = [dict(line.split(": ", 1) for line in b.splitlines() if ": " in line) for b in text.split("\n\n")]
    return [(b["event"], json.loads(b["data"])) for b in blocks if "event" in b]


def plain(value: Any) -> Any:
    """Without ids, and without what the receipt tells of this time."""
    if isinstance(value, dict):
        left = {"id", "answer_id", "conversation_id", "timings_ms", "cached", "link"}
        return {name: plain(v) for name, v in value.items() if name not in left}
    return [plain(v) for v in value] if isinstance(value, list) else value


def test_the_stream_of_an_answer_that_is_given_again_is_that_of_the_first_time(client: TestClient) -> None:
    first, again = streamed(client), streamed(client)
    assert [name for name, _ in again] == [name for name, _ in first]
    assert plain([data for _, data in again]) == plain([data for _, data in first])
    assert [data["receipt"]["cached"] is None for name, data in (*first, *again) if name == "completed"] == [
        True,
        False,
    ]


def test_it_is_kept_and_its_citations_open_as_those_of_any_answer(client: TestClient) -> None:
    first, again = (client.post("/v1/ask", json=ASKED).json() for _ in range(2))
    assert again["receipt"]["cached"]["age_seconds"] >= 0
    assert again["receipt"]["cached"]["answer_id"] is None
    for answer in (first, again):
        assert client.get(f"/v1/answers/{answer['id']}").json() == answer
        for citation in answer["citations"]:
            assert client.get(f"/v1/citations/{citation['id']}").json()["quote"] == citation["quote"]
    assert client.delete(f"/v1/conversations/{first['conversation_id']}").status_code < 300
    assert client.get(f"/v1/answers/{first['id']}").status_code == 404
    assert client.get(f"/v1/answers/{again['id']}").status_code == 200
