"""Whatever goes wrong is an RFC 9457 problem that says what to do and nothing of the inside."""

from __future__ import annotations

import gc
import logging
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from ingest.errors import FootnoteError, IndexUnavailable, PermanentError, TransientError
from service.answer import AnswerEvent, Failed, Started
from service.channels.http import problems
from service.channels.http.deps import RequestId
from service.channels.http.envelope import Envelope
from service.channels.http.events import EventStream
from service.errors import ModelUnavailable, NotFound, QuestionRejected

if TYPE_CHECKING:
    from conftest import Shelf

SECRET = "the index in /srv/secret is broken at http://chroma.internal:8001"
JSON = {"content-type": "application/json"}


def failing(error: Exception) -> TestClient:
    """The real envelope and problems around a route that fails, at once or while it streams."""
    app = FastAPI()
    app.add_middleware(Envelope)
    problems.register(app)

    @app.get("/fail")
    async def fail() -> None:
        raise error

    @app.get("/stream")
    async def stream(request_id: RequestId) -> EventStream:
        async def events() -> AsyncIterator[tuple[str, AnswerEvent]]:
            yield "1", Started("ans_1", "con_1", "Why?", "en")
            if isinstance(error, FootnoteError):
                yield "2", Failed("The articles cannot be searched now", str(error), 503)
            else:
                raise error

        return EventStream(events(), request_id)

    return TestClient(app, raise_server_exceptions=False)


@pytest.mark.parametrize(
    ("error", "status"),
    [(IndexUnavailable, 503), (TransientError, 503), (PermanentError, 503), (ModelUnavailable, 503), (ValueError, 500)],
)
def test_the_inside_stays_in_the_log(error: type[Exception], status: int, caplog: pytest.LogCaptureFixture) -> None:
    response = failing(error(SECRET)).get("/fail")
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert ("retry-after" in response.headers) is (status == 503)
    assert "secret" not in response.text
    assert "Traceback" not in response.text
    problem = response.json()
    assert problem["status"] == status
    assert problem["request_id"] == response.headers["x-request-id"]
    assert problem["request_id"] in caplog.text
    assert SECRET in caplog.text


@pytest.mark.parametrize(("error", "status"), [(QuestionRejected, 422), (NotFound, 404)])
def test_what_was_written_for_the_asker_is_shown(error: type[Exception], status: int) -> None:
    problem = failing(error("There is no such answer: ask again.")).get("/fail").json()
    assert problem["status"] == status
    assert problem["detail"] == "There is no such answer: ask again."
    assert problem["instance"] == "/fail"


@pytest.mark.parametrize(("error", "status"), [(TransientError, 503), (RuntimeError, 500)])
def test_a_stream_that_breaks_ends_with_failed(
    error: type[Exception], status: int, caplog: pytest.LogCaptureFixture
) -> None:
    response = failing(error(SECRET)).get("/stream")
    assert response.status_code == 200
    assert "event: failed\n" in response.text
    assert f'"status":{status}' in response.text
    assert "secret" not in response.text
    assert SECRET in caplog.text


@pytest.mark.parametrize(
    ("content", "field", "says"),
    [
        (b'{"question": ', "body", "not valid JSON (at character 13)"),
        (b"", "body", "JSON object"),
        (b"[1]", "body", "JSON object"),
        (b"{}", "question", "“question” is missing"),
        (b'{"question": 7}', "question", "has to be text"),
        (b'{"question": "Why?", "colour": 1}', "colour", "not understood"),
        (b'{"question": "Why?", "stream": "yes"}', "stream", "true or false"),
        (b'{"question": "Why?", "language": "!"}', "language", "such as en"),
        (b'{"question": "Why?", "conversation_id": "../x"}', "conversation_id", "letters, digits, - and _"),
        (b'{"question": "Why?", "filters": {"groups": []}}', "filters.groups", "at least 1"),
        (b'{"question": "Why?", "filters": {"language": "en"}}', "filters.language", "not understood"),
        (b'{"question": "Why?", "filters": 3}', "filters", "has to be an object"),
    ],
)
def test_a_request_that_does_not_fit_names_the_field(client: TestClient, content: bytes, field: str, says: str) -> None:
    response = client.post("/v1/ask", content=content, headers=JSON)
    assert response.status_code == 422
    problem = response.json()
    assert problem["errors"][0]["field"] == field
    assert says in problem["detail"]


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x", ""]
)
def test_what_is_not_sent_as_json_is_told_to_be(client: TestClient, kind: str) -> None:
    response = client.post("/v1/ask", content=b'{"question": "Why?"}', headers={"content-type": kind})
    assert response.status_code == 415
    assert response.headers["accept"] == "application/json"
    assert "application/json" in response.json()["detail"]


@pytest.mark.parametrize("content", [b'{"question": "\xff"}', b"[" * 100_000, b'{"question": ' + b"9" * 5000 + b"}"])
def test_bytes_that_are_no_json_are_refused(client: TestClient, content: bytes) -> None:
    gc.collect()  # what other tests left would be finalized where the parser is as deep as Python goes, and fail there
    response = client.post("/v1/ask", content=content, headers=JSON)
    assert response.status_code in (400, 422)
    assert response.headers["content-type"] == "application/problem+json"


def test_unknown_addresses_and_methods(client: TestClient) -> None:
    assert client.get("/v2/ask").json()["status"] == 404
    response = client.get("/v1/ask")
    assert response.json()["status"] == 405
    assert response.headers["allow"] == "POST"


@pytest.mark.parametrize(
    ("path", "takes"),
    [
        ("/v1/articles/a", "GET, PUT, DELETE"),
        ("/v1/articles", "GET"),
        ("/v1/jobs", "GET, POST"),
        ("/v1/conversations/a", "GET, DELETE"),
        ("/", "GET, HEAD, POST"),
        ("/mcp", "POST"),
    ],
)
def test_an_address_tells_all_that_it_takes(client: TestClient, path: str, takes: str) -> None:
    response = client.request("PATCH", path)
    assert (response.status_code, response.headers["allow"]) == (405, takes)


@pytest.mark.parametrize("chunked", [False, True])
def test_a_large_body_is_refused(client: TestClient, chunked: bool) -> None:
    content = iter([b"x" * 100_000] * 20) if chunked else b"x" * 2_000_000
    response = client.post("/v1/ask", content=content, headers=JSON)
    assert response.status_code == 413
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["x-request-id"]
    assert "larger than 1 MB" in response.json()["detail"]


def test_an_article_may_be_larger_than_a_question(shelf: Shelf) -> None:
    client = shelf.serve()
    assert client.put("/v1/articles/a", content=b"x" * 2_000_000, headers=JSON).status_code == 422
    assert client.put("/v1/articles/a", content=b"x" * 11_000_000, headers=JSON).status_code == 413


@pytest.mark.parametrize(
    ("headers", "query", "status"),
    [({"x-long": "x" * 40_000}, "", 431), ({f"x-{n}": "x" * 90 for n in range(400)}, "", 431), ({}, "x" * 40_000, 414)],
)
def test_long_headers_and_addresses_are_refused(
    client: TestClient, headers: dict[str, str], query: str, status: int
) -> None:
    response = client.get(f"/v1/articles?limit=1&x={query}", headers=headers)
    assert response.status_code == status
    assert response.json()["status"] == status
    assert response.headers["x-request-id"]


@pytest.mark.parametrize(("given", "kept"), [("trace-1.a_B", True), ("x" * 65, False), ("a b", False), ("", False)])
def test_every_response_has_a_request_id(client: TestClient, given: str, kept: bool) -> None:
    found = client.get("/healthz", headers={"x-request-id": given}).headers["x-request-id"]
    assert (found == given) is kept
    assert found


def test_foreseen_failures_are_logged_without_a_traceback(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    failing(TransientError(SECRET)).get("/fail")
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize(
    ("path", "accept", "page"),
    [
        ("/nowhere", "text/html,application/xhtml+xml", True),
        ("/nowhere", "*/*", False),
        ("/v1/nowhere", "text/html", False),
    ],
)
def test_a_browser_is_told_on_a_page(client: TestClient, path: str, accept: str, page: bool) -> None:
    response = client.get(path, headers={"accept": accept})
    assert response.status_code == 404
    assert response.headers["content-type"].startswith("text/html" if page else "application/problem+json")
    assert "There is nothing at this address" in response.text
