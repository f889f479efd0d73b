"""What the service answers to, as a page of our own: FastAPI's loads scripts from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse

from service.channels.http.openapi import complete, operations
from service.channels.http.page import page

router = APIRouter(include_in_schema=False)


@router.head("/docs", include_in_schema=False)
@router.get("/docs")
def docs(request: Request) -> HTMLResponse:
    """List every operation with its fields, an example of what is sent and answered, and what may go wrong."""
    document = request.app.openapi()
    return page(
        "docs",
        info=document["info"],
        operations=[_shown(document, *one) for one in operations(document)],
        problems=document["components"]["responses"].values(),
        base=str(request.base_url).rstrip("/"),
    )


def describe(app: FastAPI) -> None:
    """Let `app` say in its OpenAPI all that it does; FastAPI would promise its own form of errors."""
    generated = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = generated()
            complete(made)
            app.openapi_schema = made
        return app.openapi_schema or {}

    app.openapi = openapi  # type: ignore[method-assign]


def _shown(document: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any]) -> dict[str, Any]:
    told = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    body = document["components"]["schemas"].get(told.get("schema", {}).get("$ref", "").rpartition("/")[2], {})
    required = body.get("required", [])
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "says": operation.get("description", "").split("\n\n"),
        "fields": [(n, f.get("description", ""), n in required) for n, f in body.get("properties", {}).items()],
        "parameters": [
            (p["name"], p.get("description") or p["schema"].get("description", ""), p["required"])
            for p in operation.get("parameters", [])
        ],
        "example": json.dumps(told["example"], ensure_ascii=False) if "example" in told else None,
        "answers": list(_answers(document, operation)),
    }


def _answers(document: Mapping[str, Any], operation: Mapping[str, Any]) -> Iterator[tuple[str, str, str | None]]:
    """(status, what it means, example) of each; a problem's example is shown once for all operations."""
    for status, response in sorted(operation["responses"].items()):
        if "$ref" in response:
            shared = document["components"]["responses"][response["$ref"].rpartition("/")[2]]
            yield status, shared["description"], None
            continue
        examples = [told["example"] for told in response.get("content", {}).values() if "example" in told]
        shown = [e if isinstance(e, str) else json.dumps(e, ensure_ascii=False, indent=1) for e in examples]
        yield status, response.get("description", ""), "\n\n".join(shown) or None
