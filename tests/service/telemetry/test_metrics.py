"""What is counted, who may see it, and that it has nobody's words."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from service.app import create_app
from service.telemetry.index_state import IndexState
from service.telemetry.metrics import Metrics
from tests.fakes import openai_server
from tests.fakes.library import ARTICLES, Library
from tests.fakes.openai_server import Refuses, Says

ASKED = "Why is live streaming invisible this 618?"
HERE = "http://127.0.0.1:8000"


def served(library: Library) -> TestClient:
    return TestClient(create_app(library.settings), HERE)


def read(client: TestClient) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    shown = client.get("/metrics")
    assert shown.status_code == 200, shown.text
    families = text_string_to_metric_families(shown.text)
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}


def value(client: TestClient, name: str, **labels: str) -> float:
    """The sum over all series of that name that have these labels."""
    wanted = set(labels.items())
    return sum(v for (n, has), v in read(client).items() if n == name and wanted <= has)


def test_questions_are_counted_by_what_became_of_them(tmp_path: Path) -> None:
    library = Library(tmp_path / "data").ingest(ARTICLES)
    with served(library) as client:
        for asked in (ASKED, "Who is the queen of Denmark?", "How many days of annual leave after six years?"):
            assert client.post("/v1/ask", json={"question": asked}).status_code == 200
        assert client.post("/v1/search", json={"question": ASKED}).status_code == 200
        assert client.post("/v1/ask", json={"question": ""}).status_code == 422
        assert client.get("/articles/nothing-of-the-kind").status_code == 404
        assert value(client, "footnote_answers_total", channel="http", mode="extractive") == 3
        assert value(client, "footnote_answers_total", outcome="declined") == 1
        assert value(client, "footnote_searches_total") == 1
        assert value(client, "footnote_requests_total", route="/v1/ask", method="POST", status="200") == 3
        assert value(client, "footnote_requests_total", route="/v1/ask", status="422") == 1
        assert value(client, "footnote_requests_total", route="/articles/{article_id:path}", status="404") == 1
        assert value(client, "footnote_request_seconds_count", route="/v1/ask") == 4
        assert value(client, "footnote_answer_seconds_count", mode="extractive") == 3
        for stage in ("embed", "vectors", "search", "weigh", "extract", "conflicts", "keep"):
            assert value(client, "footnote_stage_seconds_count", stage=stage) >= 2, stage
        assert value(client, "footnote_sentences_total", support="supported") >= 2
        assert value(client, "footnote_uncited_sentences_total") == 0
        assert (value(client, "footnote_in_flight"), value(client, "footnote_waiting")) == (0, 0)


def test_the_index_is_seen_with_its_age(tmp_path: Path) -> None:
    library = Library(tmp_path / "data").ingest(ARTICLES)
    with served(library) as client:
        assert value(client, "footnote_articles") == 2
        assert value(client, "footnote_chunks", state="ready") >= 2
        assert value(client, "footnote_chunks_waiting") == 0
        assert 0 <= value(client, "footnote_index_age_seconds") < 60
        assert 0 <= value(client, "footnote_ingest_age_seconds") < 60


def test_what_a_model_costs_and_that_it_fails_is_counted(tmp_path: Path) -> None:
    with openai_server.running() as chat:
        library = Library(tmp_path / "data", chat=chat.url, cache={"enabled": False}).ingest(ARTICLES)
        with served(library) as client:
            chat.will(Says(["Live streaming is invisible this 618 because traffic has peaked [1]."]))
            with client.stream("POST", "/v1/ask", json={"question": ASKED, "stream": True}) as events:
                assert "event: completed" in "".join(events.iter_text())
            assert value(client, "footnote_tokens_total", kind="prompt") == 120
            assert value(client, "footnote_tokens_total", kind="completion") == 17
            assert value(client, "footnote_first_sentence_seconds_count", mode="generative") == 1
            assert value(client, "footnote_stage_seconds_count", stage="generate") == 1
            assert value(client, "footnote_stage_seconds_count", stage="verify") >= 1
            chat.will(Refuses(401))
            assert client.post("/v1/ask", json={"question": ASKED}).json()["mode"] == "extractive"
            assert value(client, "footnote_fallbacks_total") == 1


def test_each_application_counts_for_itself(tmp_path: Path) -> None:
    library = Library(tmp_path / "data").ingest(ARTICLES)
    with served(library) as client:
        client.post("/v1/ask", json={"question": ASKED})
    with served(library) as client:
        assert value(client, "footnote_answers_total") == 0


def test_no_words_of_a_question_and_no_path_that_was_made_up_are_labels(tmp_path: Path) -> None:
    library = Library(tmp_path / "data").ingest(ARTICLES)
    with served(library) as client:
        client.post("/v1/ask", json={"question": "Where is the zeppelin-hangar?"})
        for n in range(50):
            client.get(f"/made-up-{n}")
            client.request(f"VERB{n}", "/v1/ask")
        shown = client.get("/metrics").text
        assert "zeppelin" not in shown
        assert "made-up" not in shown
        assert "VERB" not in shown
        assert value(client, "footnote_requests_total", route="(none)", status="404") == 50


@pytest.mark.parametrize(
    ("settings", "headers", "status"),
    [
        ({}, {}, 200),
        ({}, {"Authorization": "Bearer wrong"}, 401),
        ({"telemetry": {"metrics_token": "s3cret-token"}}, {}, 403),
        ({"telemetry": {"metrics_token": "s3cret-token"}}, {"Authorization": "Bearer s3cret-token"}, 200),
        ({"auth": {"required": True}}, {}, 401),
        ({"open_access": True}, {}, 403),
        (
            {"auth": {"required": True}, "telemetry": {"metrics_token": "s3cret"}},
            {"Authorization": "Bearer s3cret"},
            200,
        ),
    ],
)
def test_who_may_see_them(tmp_path: Path, settings: dict[str, Any], headers: dict[str, str], status: int) -> None:
    library = Library(tmp_path / "data", **settings).ingest(ARTICLES)
    with served(library) as client:
        assert client.get("/metrics", headers=headers).status_code == status


def test_the_table_in_the_documents_is_theirs(tmp_path: Path) -> None:
    library = Library(tmp_path / "data").ingest(ARTICLES)
    metrics = Metrics()
    metrics.add(IndexState(library.index.catalogue))
    page = (Path(__file__).parents[3] / "docs" / "operations.md").read_text("utf-8")
    table = re.findall(r"^\| `(footnote_\w+)` \|[^|]*\| (.*) \|$", page, re.MULTILINE)
    assert dict(table) == metrics.described()
    assert set(re.findall(r"footnote_[a-z_]+", page)) <= set(metrics.described())
