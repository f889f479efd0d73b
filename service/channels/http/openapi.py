"""What OpenAPI says beyond what FastAPI finds out: problems by status, examples, headers, who may do what."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

from service.channels.http.problems import MEDIA_TYPE, Problem
from service.channels.http.told import PROBLEMS, REQUEST_ID, response_of, statuses_of

_Object = dict[str, Any]
_PROBLEM = {"schema": {"$ref": "#/components/schemas/Problem"}}

DESCRIPTION = """Answers questions over a collection of articles, with an exact quote behind every sentence.

What goes wrong is told as a problem (RFC 9457): `detail` says what happened and what to do, `request_id` finds it in
the log. Every response has the header `X-Request-Id`, which is that of the request where it had a good one. Who sends
an API key sends it as `Authorization: Bearer …`; what exists for whom, groups decide, and what does not exist for an
asker is answered as what does not exist at all. A listing is gone on with by its `next_cursor`. A write that is sent
again with the same `Idempotency-Key` is done once. Bodies are JSON in UTF-8.
"""
_TAGS: Mapping[str, str] = {
    "questions": "Ask, search, and open what was answered.",
    "feedback": "Say what you think of an answer.",
    "citations": "Open what an answer cites.",
    "articles": "The articles that questions are asked of.",
    "ingest": "Have sources read, and follow the jobs that do it.",
    "widget": "Tokens for the chat widget.",
    "openai": "The same for clients of OpenAI's chat completions.",
    "administration": "For whoever runs the service.",
    "pages": "Pages for people.",
    "health": "For whatever watches over the service.",
}
_PARAMETERS: Mapping[str, object] = {
    "answer_id": "ans_e71d9d79d855c07f6474cdce",
    "article_id": "parental-leave",
    "citation_id": "cit_d7017854f4291412e189fd0f",
    "conversation_id": "con_8eecf3eee6fc4f45dd8c3ff4",
    "job_id": "job_5f0c2b7d9e1a4c38",
    "model_id": "footnote",
    "name": "li.wei",
}
# What a response has that another operation takes.
_ANSWERED = {"answer_id": "$response.body#/id"}
_WRITTEN = {"article_id": "$response.body#/id"}
_JOB = {"job_id": "$response.body#/id"}
_LINKS: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "ask": {
        "get_answer": _ANSWERED,
        "give_feedback": _ANSWERED,
        "get_conversation": {"conversation_id": "$response.body#/conversation_id"},
        "get_citation": {"citation_id": "$response.body#/citations/0/id"},
    },
    "search": {"get_article": {"article_id": "$response.body#/hits/0/article_id"}},
    "put_article": {
        "get_article": _WRITTEN,
        "delete_article": _WRITTEN,
        "get_job": {"job_id": "$response.body#/job"},
    },
    "start_ingest": {"get_job": _JOB, "follow_job": _JOB},
    "start_job": {"get_job": _JOB, "follow_job": _JOB},
}
_EVENT: _Object = {
    "title": "ServerSentEvent",
    "description": "One event of a stream.",
    "type": "object",
    "properties": {
        "event": {"type": "string", "description": "What happened."},
        "data": {"type": "string", "contentMediaType": "application/json"},
        "id": {"type": "string", "description": "What to send as `Last-Event-ID` to go on after it."},
        "retry": {"type": "integer", "minimum": 0, "description": "Milliseconds until a lost stream is taken up."},
    },
}


def complete(document: _Object) -> None:
    """Complete the document that FastAPI made."""
    document["info"]["description"] = DESCRIPTION
    used = {tag for _, _, operation in operations(document) for tag in operation.get("tags", [])}
    document["tags"] = [{"name": name, "description": says} for name, says in _TAGS.items() if name in used]
    components = document["components"]
    schemas = components["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs") | {"Problem": problem, "ServerSentEvent": _EVENT}
    components["headers"] = {"X-Request-Id": REQUEST_ID}
    components["responses"] = {told.name: response_of(status, told) for status, told in PROBLEMS.items()}
    examples = _examples()
    for path, method, operation in operations(document):
        operation["operationId"] = _name(path, method, operation["operationId"])
        _secure(operation, path)
        _tell_problems(operation, path)
        _exemplify(operation, schemas, examples)
        _link(operation)


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, _Object]]:
    """(path, method, operation) of each."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _name(path: str, method: str, generated: str) -> str:
    """The name of the route's function, which FastAPI has put address and method behind."""
    return generated.removesuffix("_" + method).removesuffix(re.sub(r"\W", "_", path))


def _secure(operation: _Object, path: str) -> None:
    """A key may be left out where a service answers anyone; never where a scope is needed that nobody has unasked."""
    scopes = [scope for one in operation.get("security", []) for scope in one["key"]]
    if scopes:
        operation["security"] = [{"key": scopes}]
        operation["description"] += f"\n\nNeeds the scope `{scopes[0]}`." if scopes[0] != "owner" else ""
    elif path.startswith("/v1/") or "security" in operation:
        operation["security"] = [{"key": []}, {}]


def _tell_problems(operation: _Object, path: str) -> None:
    responses = operation["responses"]
    responses.pop("422", None)
    if (
        "4XX" in responses
    ):  # OpenAI's form; what the service says before it looks at the address is a problem all the same
        responses["4XX"]["content"][MEDIA_TYPE] = _PROBLEM
    else:
        for status in statuses_of(operation, path):
            responses.setdefault(str(status), {"$ref": f"#/components/responses/{PROBLEMS[status].name}"})
    if "text/html" in responses.get("200", {}).get("content", {}):
        page = {"schema": {"type": "string"}}
        shared = response_of(404, PROBLEMS[404])["content"]
        responses["404"] = {"description": "There is no such page.", "content": {"text/html": page, **shared}}
    for response in responses.values():
        if "$ref" not in response:
            response.setdefault("headers", {})["X-Request-Id"] = {"$ref": "#/components/headers/X-Request-Id"}


def _exemplify(operation: _Object, schemas: Mapping[str, _Object], examples: Mapping[str, object]) -> None:
    for parameter in operation.get("parameters", []):
        if parameter["name"] in _PARAMETERS:
            parameter["example"] = _PARAMETERS[parameter["name"]]
    if "requestBody" in operation:
        _show(operation["requestBody"]["content"], schemas, examples)
    for status, response in operation["responses"].items():
        content = response.get("content", {})
        if content.get("application/json", {}).get("schema") == {} and len(content) > 1:
            del content["application/json"]  # FastAPI's guess at a response that is a stream
        if "text/event-stream" in content:
            content["text/event-stream"].pop("schema", None)
            content["text/event-stream"]["itemSchema"] = {"$ref": "#/components/schemas/ServerSentEvent"}
        _show(content, schemas, examples, status)
        if response.get("description") == "Successful Response":
            response["description"] = _said_of(content, schemas) or "Done."


def _show(content: _Object, schemas: Mapping[str, _Object], examples: Mapping[str, object], status: str = "") -> None:
    told = content.get("application/json", {})
    name = told.get("schema", {}).get("$ref", "").rpartition("/")[2]
    if not name or "example" in told or "examples" in told:
        return
    own = schemas[name].get("examples")
    if own:
        told["example"] = own[0]
    elif (found := examples.get(f"{name} {status}", examples.get(name))) is not None:
        told["example"] = found


def _link(operation: _Object) -> None:
    links = {
        name: {"operationId": name, "parameters": dict(taken)}
        for name, taken in _LINKS.get(operation["operationId"], {}).items()
    }
    for status, response in operation["responses"].items():
        if links and status.startswith("2"):
            response["links"] = links


def _said_of(content: _Object, schemas: Mapping[str, _Object]) -> str:
    name = content.get("application/json", {}).get("schema", {}).get("$ref", "").rpartition("/")[2]
    says: str = schemas.get(name, {}).get("description", "")
    return says.split("\n\n")[0].replace("\n", " ")


def _examples() -> Mapping[str, object]:
    """Responses by schema, or schema and status; `{"$example": name}` stands for another.

    FastAPI drops what is null from examples of its own.
    """
    found: _Object = json.loads((files(__package__) / "examples.json").read_text("utf-8"))

    def whole(value: Any) -> Any:
        if isinstance(value, dict):
            return whole(found[value["$example"]]) if "$example" in value else {k: whole(v) for k, v in value.items()}
        return [whole(one) for one in value] if isinstance(value, list) else value

    return {name: whole(value) for name, value in found.items()}
