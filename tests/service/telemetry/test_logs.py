"""The log of a real service: each line with its ids, none with a question or a secret."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from tests.fakes import openai_server
from tests.fakes.library import ARTICLES, Library
from tests.fakes.openai_server import Drops, Refuses, Says
from tests.fakes.serving import serving

ASKED = "Why is live streaming invisible this 618?"
KEY = "sk-live-0123456789abcdef"
TOKEN = "metrics-0123456789"


def test_json_lines_have_ids_and_neither_questions_nor_secrets(tmp_path: Path) -> None:
    Library(tmp_path / "data").ingest(ARTICLES)
    with openai_server.running() as chat:
        chat.will(
            Says(["It is invisible because traffic has peaked [1]."]),
            Refuses(500, json.dumps({"error": {"message": f"{KEY} may not ask: {ASKED}"}})),
            Drops(["Zebulon is"]),
            Refuses(401),
        )
        settings = {
            "FOOTNOTE_TELEMETRY__LOGS": "json",
            "FOOTNOTE_TELEMETRY__LOG_LEVEL": "debug",
            "FOOTNOTE_TELEMETRY__METRICS_TOKEN": TOKEN,
            "FOOTNOTE_CHAT__BASE_URL": chat.url,
            "FOOTNOTE_CHAT__API_KEY": KEY,
            "FOOTNOTE_CACHE__ENABLED": "false",
        }
        with serving(tmp_path / "data", **settings) as service:
            for n in range(4):
                answer = service.client.post("/v1/ask", json={"question": ASKED}, headers={"X-Request-Id": f"my-{n}"})
                assert answer.status_code == 200, answer.text
            service.client.post("/v1/search", json={"question": ASKED})
            service.client.post("/v1/ask", json={"question": ASKED + "\0"})
            service.client.post("/v1/ask", json={"question": [ASKED]})
            service.client.get("/articles/Zebulon", params={"token": "abcdef123456", "q": ASKED})
            service.client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
            service.client.get("/v1/articles", headers={"Authorization": "Bearer fn_not_a_key_that_is_known"})
            answer_id = service.client.post("/v1/ask", json={"question": ASKED}).json()["id"]
        said = service.log.read_text("utf-8")
        assert service.process.returncode == 0, said
    assert [line for line in said.splitlines() if not line.startswith("{")] == []
    lines = [json.loads(line) for line in said.splitlines()]
    assert lines[0]["event"].startswith("serving on http://127.0.0.1:")
    for hidden in ("Zebulon", KEY, TOKEN, "abcdef123456", "fn_not_a_key", ASKED, "live streaming"):
        assert hidden not in said, hidden
    asked = [line for line in lines if line.get("request_id") == "my-0"]
    assert [line["event"] for line in asked] == ["answered", "POST /v1/ask 200"]
    assert len({line["answer_id"] for line in asked}) == 1
    assert {"time", "level", "logger", "process", "ms"} <= asked[0].keys()
    assert asked[0]["outcome"] in ("answered", "partial")
    assert [line["event"] for line in lines if line.get("answer_id") == answer_id][-2:] == [
        "answered",
        "POST /v1/ask 200",
    ]
    assert "GET /articles/{article_id:path} 404" in {line["event"] for line in lines}


def test_questions_are_logged_where_that_is_asked_for(tmp_path: Path) -> None:
    Library(tmp_path / "data").ingest(ARTICLES)
    with serving(tmp_path / "data", FOOTNOTE_TELEMETRY__LOG_QUESTIONS="true") as service:
        service.client.post("/v1/ask", json={"question": ASKED})
        service.client.get("/healthz")
        lines = service.logged()
    answered = [line for line in lines if " answered " in line]
    assert len(answered) == 1
    assert ASKED in answered[0]
    assert " request_id=req_" in answered[0]
    assert not any("/healthz" in line for line in lines)


def test_a_statement_that_fails_says_no_parameters(tmp_path: Path) -> None:
    catalogue = Library(tmp_path / "data").ingest(ARTICLES).index.catalogue
    with pytest.raises(DatabaseError) as failed, catalogue.reading() as connection:
        connection.execute(text("SELECT abs(-9223372036854775807 - 1), :asked"), {"asked": ASKED})
    assert ASKED not in str(failed.value)
