"""What the service says of itself is what it does."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient


def test_examples_in_openapi_work(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    for path, name in (("/v1/ask", "AskRequest"), ("/v1/search", "SearchRequest")):
        for example in document["components"]["schemas"][name]["examples"]:
            assert client.post(path, json=example).status_code == 200


def test_openapi_tells_of_problems_and_events(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    assert "HTTPValidationError" not in document["components"]["schemas"]
    assert {"type", "title", "status", "detail", "instance", "request_id"} <= set(
        document["components"]["schemas"]["Problem"]["properties"]
    )
    for path, operations in document["paths"].items():
        for operation in operations.values():
            told = operation["responses"].get("422", {}).get("content", {})
            assert ("application/problem+json" in told) is path.startswith("/v1/")
    answers = document["paths"]["/v1/ask"]["post"]["responses"]["200"]["content"]
    assert set(answers) == {"application/json", "text/event-stream"}


def test_the_docs_page_names_every_operation(client: TestClient) -> None:
    page = client.get("/docs").text
    for path, operations in client.get("/openapi.json").json()["paths"].items():
        for method in operations:
            assert f"{method.upper()} {path}" in page


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_pages_load_nothing_from_elsewhere(client: TestClient, path: str) -> None:
    page = client.get(path).text
    assert "<script" not in page
    assert "//cdn" not in page
