"""What the service says of itself is whole, and is what it does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from starlette.testclient import TestClient

from service.app import create_app
from service.channels.http.openapi import operations
from service.settings import Settings

PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return create_app(Settings(data=tmp_path_factory.mktemp("none"))).openapi()


def contents(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(what, media type, content) of every request and response."""
    for _, _, operation in operations(document):
        name = operation["operationId"]
        for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
            yield name, media_type, content
        for status, response in operation["responses"].items():
            for media_type, content in resolved(document, response).get("content", {}).items():
                yield f"{name} {status}", media_type, content


def resolved(document: dict[str, Any], response: dict[str, Any]) -> dict[str, Any]:
    name = response.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = document["components"]["responses"][name] if name else response
    return found


def test_every_request_and_response_has_an_example_that_fits(document: dict[str, Any]) -> None:
    for what, media_type, content in contents(document):
        if media_type == "text/html" or "4XX" in what or "5XX" in what:
            continue
        assert "example" in content, f"{what} has no example for {media_type}"
        if media_type == "text/event-stream":
            assert "data: " in content["example"]
            continue
        schema = {**content["schema"], "components": document["components"]}
        jsonschema.validate(content["example"], schema, jsonschema.Draft202012Validator)


def test_examples_of_questions_work(client: TestClient, document: dict[str, Any]) -> None:
    for path in ("/v1/ask", "/v1/search", "/v1/chat/completions"):
        content = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]
        assert client.post(path, json=content["example"]).status_code == 200


def test_every_operation_says_what_it_does_and_what_may_go_wrong(document: dict[str, Any]) -> None:
    tags = {tag["name"] for tag in document["tags"]}
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(names) == len(set(names))
    for path, _, operation in operations(document):
        assert operation["operationId"].isidentifier()
        assert "_v1_" not in operation["operationId"]
        assert operation["description"].endswith(".")
        assert set(operation["tags"]) <= tags
        for parameter in operation.get("parameters", []):
            said = parameter.get("description") or parameter["schema"].get("description")
            assert said or parameter["in"] == "path", f"{operation['operationId']}: {parameter['name']}"
        statuses = set(operation["responses"])
        assert all(
            resolved(document, r)["description"] != "Successful Response" for r in operation["responses"].values()
        )
        if "4XX" in statuses:
            continue
        if path.startswith("/v1/"):
            assert {"401", "403", "429", "503"} <= statuses
            assert operation["security"][0]["key"] is not None
        if "requestBody" in operation:
            assert {"400", "408", "413", "415", "422"} <= statuses
        if "{" in path:
            assert "404" in statuses
        if any(p["name"] == "idempotency-key" for p in operation.get("parameters", [])):
            assert {"409", "422"} <= statuses


def test_scopes_are_told(document: dict[str, Any]) -> None:
    scopes = {name: o["security"] for _, _, o in operations(document) if (name := o["operationId"]) and "security" in o}
    assert scopes["put_article"] == scopes["start_ingest"] == [{"key": ["ingest"]}]
    assert scopes["list_audit"] == [{"key": ["admin"]}]
    assert scopes["ask"] == scopes["create_chat_completion"] == [{"key": []}, {}]
    assert document["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    assert "Needs the scope `ingest`." in document["paths"]["/v1/ingest"]["post"]["description"]


def test_problems_are_told_as_they_are(client: TestClient, document: dict[str, Any]) -> None:
    def example(status: int) -> dict[str, Any]:
        found = document["paths"]["/v1/ask"]["post"]["responses"][str(status)]
        shown: dict[str, Any] = resolved(document, found)["content"][PROBLEM]["example"]
        return shown

    json_type = {"content-type": "application/json"}
    got = [
        client.post("/v1/ask", content=b"[" * 100_000, headers=json_type),
        client.post("/v1/ask", json={}),
        client.post("/v1/ask", content=b"x"),
        client.post("/v1/ask", content=b"x" * 2_000_000, headers=json_type),
        client.post("/v1/ask", json={}, headers={"Authorization": "Bearer no"}),
        client.post("/v1/ask", json={}, headers={"x": "y" * 40_000}),
        client.post("/v1/ask?" + "y" * 40_000, json={}),
    ]
    assert [r.status_code for r in got] == [400, 422, 415, 413, 401, 431, 414]
    for response in got:
        told = example(response.status_code)
        same = ("type", "title", "status", "detail", "instance", "errors")
        assert {k: response.json().get(k) for k in same} == {k: told.get(k) for k in same}


def test_fastapis_own_form_of_errors_is_nowhere(document: dict[str, Any]) -> None:
    assert "ValidationError" not in str(document).replace("HTTPValidationError", "ValidationError")


def test_the_docs_page_names_every_operation_and_every_problem(client: TestClient, document: dict[str, Any]) -> None:
    page = client.get("/docs").text
    for path, method, _ in operations(document):
        assert f"{method.upper()} {path}" in page
    for problem in document["components"]["responses"].values():
        assert problem["content"][PROBLEM]["example"]["title"] in page


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_pages_load_nothing_from_elsewhere(client: TestClient, path: str) -> None:
    page = client.get(path).text
    assert "<script" not in page
    assert "//cdn" not in page
