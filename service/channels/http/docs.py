"""What the service answers to, as a page of our own: FastAPI's loads scripts from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse

from service.channels.http.page import page
from service.channels.http.problems import MEDIA_TYPE, Problem

router = APIRouter(include_in_schema=False)
_PROBLEMS = {"422": "What was asked does not fit.", "404": "There is nothing of that id.", "503": "Try again soon."}


@router.get("/docs")
def docs(request: Request) -> HTMLResponse:
    """List every operation with its fields and an example."""
    document = request.app.openapi()
    return page(
        "docs", info=document["info"], operations=list(_operations(document)), base=str(request.base_url).rstrip("/")
    )


def describe(app: FastAPI) -> None:
    """Let `app`'s OpenAPI say that problems are RFC 9457; FastAPI would promise its own form of 422."""
    generated = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = generated()
            _tell_problems(app.openapi_schema)
        return app.openapi_schema or {}

    app.openapi = openapi  # type: ignore[method-assign]


def _tell_problems(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs") | {"Problem": problem}
    for path, methods in document["paths"].items():
        told = {s: _problem(d) for s, d in _PROBLEMS.items() if s != "404" or "{" in path}
        for operation in methods.values():
            operation["responses"].pop("422", None)
            operation["responses"] |= told if path.startswith("/v1/") else {}


def _problem(description: str) -> dict[str, Any]:
    return {"description": description, "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}


def _operations(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            body = _body(document, operation)
            required = body.get("required", [])
            examples = body.get("examples", [])
            yield {
                "method": method.upper(),
                "path": path,
                "says": operation.get("description", ""),
                "fields": [(n, f.get("description", ""), n in required) for n, f in body.get("properties", {}).items()],
                "parameters": [
                    (p["name"], p.get("description") or p["schema"].get("description", ""), p["required"])
                    for p in operation.get("parameters", [])
                ],
                "example": json.dumps(examples[0], ensure_ascii=False) if examples else None,
            }


def _body(document: Mapping[str, Any], operation: Mapping[str, Any]) -> Mapping[str, Any]:
    content = operation.get("requestBody", {}).get("content", {})
    reference = content.get("application/json", {}).get("schema", {}).get("$ref", "")
    found: Mapping[str, Any] = document["components"]["schemas"].get(reference.rpartition("/")[2], {})
    return found
