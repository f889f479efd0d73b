"""Spans of a request, its answer and the stages of that, as a collector gets them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from service.app import create_app
from tests.fakes import openai_server
from tests.fakes.collector import Collector, collecting
from tests.fakes.library import ARTICLES, Library
from tests.fakes.openai_server import Says
from tests.fakes.serving import serving

ASKED = "Why is live streaming invisible this 618?"
CALLER = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as one:
        yield one


def client(library: Library) -> TestClient:
    return TestClient(create_app(library.settings), "http://127.0.0.1:8000")


def test_a_request_has_a_span_with_one_a_stage_below_it(tmp_path: Path, collector: Collector) -> None:
    with openai_server.running() as chat:
        chat.will(Says(["Live streaming is invisible this 618 ", "because traffic has peaked [1]."]))
        library = Library(
            tmp_path / "data", chat=chat.url, telemetry={"otlp_endpoint": collector.url}, cache={"enabled": False}
        ).ingest(ARTICLES)
        with client(library) as service:
            answer = service.post(
                "/v1/ask", json={"question": ASKED}, headers={"traceparent": f"00-{CALLER}-00f067aa0ba902b7-01"}
            ).json()
            body = {"question": "And what has peaked?", "conversation_id": answer["conversation_id"], "stream": True}
            service.post("/v1/ask", json=body)
    first, second = collector.named("POST /v1/ask")
    assert (first.trace, first.parent) == (CALLER, "00f067aa0ba902b7")
    assert second.trace != CALLER
    assert first.attributes["http.response.status_code"] == 200
    made = {span.parent: span for span in collector.named("answer")}[first.id]
    assert made.trace == CALLER
    assert made.attributes["footnote.answer_id"] == answer["id"]
    assert made.attributes["footnote.mode"] == "generative"
    assert made.attributes["gen_ai.usage.output_tokens"] == 17
    stages = [span for span in collector.spans if span.parent == made.id]
    named = {span.name for span in stages}
    assert {"embed", "vectors", "search", "weigh", "generate", "verify", "conflicts", "keep"} <= named
    assert all(0 < span.nanoseconds <= made.nanoseconds for span in stages)
    assert made.nanoseconds <= first.nanoseconds
    assert "condense" in {span.name for span in collector.spans if span.trace == second.trace}


def test_no_span_has_a_word_of_anybody(tmp_path: Path, collector: Collector) -> None:
    library = Library(tmp_path / "data", telemetry={"otlp_endpoint": collector.url}).ingest(ARTICLES)
    with client(library) as service:
        assert service.post("/v1/ask", json={"question": ASKED}).json()["outcome"] != "declined"
        service.get("/articles/live", params={"q": ASKED})
    sent = b"".join(collector.bodies)
    assert collector.named("answer")
    for words in (b"live streaming", b"618", b"faded", b"peaked", b"/articles/live"):
        assert words not in sent


def test_a_share_of_requests_is_traced_and_whoever_traces_already_is_followed(
    tmp_path: Path, collector: Collector
) -> None:
    traces = {"otlp_endpoint": collector.url, "traces_share": 0}
    library = Library(tmp_path / "data", telemetry=traces).ingest(ARTICLES)
    with client(library) as service:
        service.post("/v1/ask", json={"question": ASKED})
        service.post(
            "/v1/search", json={"question": ASKED}, headers={"traceparent": f"00-{CALLER}-00f067aa0ba902b7-01"}
        )
    assert [span.name for span in collector.spans] == ["POST /v1/search"]


@pytest.mark.slow
def test_a_collector_that_is_not_there_costs_no_answer(tmp_path: Path) -> None:
    Library(tmp_path / "data").ingest(ARTICLES)
    with serving(tmp_path / "data", FOOTNOTE_TELEMETRY__OTLP_ENDPOINT="http://127.0.0.1:9") as service:
        assert service.client.post("/v1/ask", json={"question": ASKED}).json()["citations"]
        service.told()
        assert service.process.wait(20) == 0


def test_off_it_is_not_even_imported(tmp_path: Path) -> None:
    """In a process of its own: other tests import it."""
    library = Library(tmp_path / "data").ingest(ARTICLES)
    program = f"""
import sys
from pathlib import Path
from starlette.testclient import TestClient
from service.app import create_app
from service.settings import Settings
with TestClient(create_app(Settings(data=Path({str(library.data)!r}), embedding={{"provider": "hashing"}})),
                "http://127.0.0.1:8000") as client:
    assert client.get("/healthz").status_code == 200
    assert client.post("/v1/ask", json={{"question": {ASKED!r}}}).json()["citations"]
print([name for name in sys.modules if name.startswith("opentelemetry.exporter.otlp.proto.http")])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
