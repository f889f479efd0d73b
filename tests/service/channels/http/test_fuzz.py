"""Every address the service has, with whatever nobody should send: told in a problem, never a 5xx, never a traceback.

Addresses come from the application itself, so that a new one is tried as soon as it is there.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.app import create_app
from tests.fakes.running_app import settings_over

ARTICLES = [{"id": "a/b?c", "title": "Leave", "text": "Parental leave is 20 weeks at full pay. 出差报销应当提交。"}]
JSON = {"content-type": "application/json"}
HOSTILE_TEXTS = [
    "",
    " ",
    "\0",
    "a\0b",
    "\r\nX-Injected: 1",
    "../../../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "' OR 1=1; DROP TABLE articles; --",
    '" NEAR("a" "b", 2) OR * AND NOT (',
    "{{7*7}}${7*7}<script>alert(1)</script>",
    "\u202e\u2066\ufeff\u200b\u00ad",
    "\ufdfa" * 50,
    "e" + "\u0301" * 300,
    "👩‍👩‍👧‍👦" * 40,
    "\U0010ffff\ufffe\uffff",
    "ﷺ𝕬𝖇𝖈Ⅷ①ſ",
    "1" * 400,
    "9" * 5000,
    "A" * 20_000,
    "=cmd|' /C calc'!A0",
    "%s%n%x",
    "-1",
    "1e400",
    "null",
]
HOSTILE_VALUES: list[Any] = [
    None, True, -1, 0, 10**30, 1.5, 1e308, [], {}, [[]], [None], {"a": {"b": [1]}}, "x", ["\0"], [{"question": "x"}],
]  # fmt: skip
HOSTILE_BODIES = [
    b"",
    b" ",
    b"\0",
    b"null",
    b"true",
    b'"text"',
    b"[]",
    b"{}",
    b"{",
    b"\xff\xfe\x00",
    b'{"question": "\xff"}',
    b'\xef\xbb\xbf{"question": "x"}',
    '{"question": "x"}'.encode("utf-16"),
    b'{"question": "\\ud800"}',
    b'{"question": "\\u0000"}',
    b'{"\\ud800": 1}',
    b'{"question": NaN, "limit": Infinity}',
    b'{"question": ' + b"9" * 10_000 + b"}",
    b'{"limit": 1e999999}',
    b"[" * 100_000,
    b"[" * 900 + b"]" * 900,
    b'{"a":' * 100_000,
    b'{"question": ' + b'{"a":' * 900 + b"1" + b"}" * 900 + b"}",
    b'{"operation": "retry", "arguments": ' + b'{"a":' * 900 + b"1" + b"}" * 900 + b"}",
    b'{"operation": "retry", "arguments": {"\\ud800": "\\udfff\\u0000"}}',
    b'{"question": "a", "question": 7}',
    b'{"messages": [{"role": "user", "content": [{"type": "text", "text": "\\ud800"}]}]}',
    b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "ask", "arguments": {"question": "\\ud800"'
    b"}}}",
    b"question=%FF%00&conversation=../x",
    b"x" * 1_100_000,
]
HOSTILE_HEADERS = [
    {"authorization": "Bearer"},
    {"authorization": "Bearer \x01"},
    {"authorization": b"Bearer \xff\xfe"},
    {"authorization": "Basic eDp5"},
    {"authorization": "Bearer " + "e30." * 3000},
    {"authorization": "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9."},
    {"accept": "text/event-stream, */*;q=nan"},
    {"accept": "application/xml"},
    {"accept-language": "zh" * 2000},
    {"last-event-id": "ans_x.99999999999999999999"},
    {"last-event-id": b"\xff"},
    {"last-event-id": "-1"},
    {"idempotency-key": b"\xff"},
    {"idempotency-key": "k" * 5000},
    {"x-request-id": "a\tb"},
    {"x-request-id": b"\xff" * 40},
    {"cookie": "a=" + "b" * 5000},
    {"content-type": "multipart/form-data"},
    {"content-type": "application/json; charset=utf-7"},
    {"content-type": "\x7f"},
    {"content-length": "99999999999999999999"},
    {"origin": "null"},
    {"x-forwarded-for": "127.0.0.1, ::1, x"},
    {"x-huge": "h" * 100_000},
]


def addresses(app: FastAPI) -> list[tuple[str, str]]:
    """(method, path) of every route, those that OpenAPI does not tell of as well."""

    def inside(routes: Any) -> Iterator[tuple[str, str]]:
        for route in routes:
            if hasattr(route, "original_router"):
                yield from inside(route.original_router.routes)
            elif hasattr(route, "path"):
                yield from ((method, route.path) for method in route.methods or ("GET", "POST", "DELETE"))

    told = {
        (method.upper(), path.split(":")[0]) for path, methods in app.openapi()["paths"].items() for method in methods
    }
    found = sorted(set(inside(app.routes)))
    assert told <= {(method, re.sub(r":\w+\}", "}", path)) for method, path in found}
    return [(method, path) for method, path in found if method != "HEAD"]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    return create_app(settings_over(tmp_path_factory.mktemp("fuzz"), ARTICLES, limits={"per_minute": 0}))


@pytest.fixture(scope="module")
def owner(app: FastAPI, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Whoever may do everything: nothing is refused before it is looked at."""
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as client:
        folder = next(tmp_path_factory.getbasetemp().glob("fuzz*/data"))
        client.headers["authorization"] = "Bearer " + json.loads((folder / "owner.lock").read_text())["token"]
        yield client


@pytest.fixture(autouse=True)
def nothing_unforeseen(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level(logging.WARNING)
    yield
    unforeseen = [record.getMessage() for record in caplog.records if record.exc_info]
    assert unforeseen == []


def sound(response: Any, what: str) -> None:
    """Answered, or refused in a problem that tells nothing of the inside."""
    assert response.status_code < 500 or response.status_code == 503, (what, response.text[:500])
    assert response.headers["x-request-id"], what
    assert "x-injected" not in response.headers, what
    text = response.text
    assert "Traceback" not in text, what
    assert 'File "' not in text, what
    if response.status_code < 400:
        return
    kind = response.headers.get("content-type", "").partition(";")[0]
    if kind == "text/html":
        return
    assert kind in ("application/problem+json", "application/json"), (what, response.status_code, kind, text[:200])
    told = response.json()
    if kind == "application/problem+json":
        assert told["status"] == response.status_code, what
        assert told["detail"][-1] in ".…", (what, told["detail"])
    else:  # OpenAI's form, JSON-RPC's
        assert told["error"]["message"], what


def sent(client: TestClient, method: str, path: str, **request: Any) -> None:
    sound(client.request(method, path, **request), f"{method} {path} {str(request)[:300]}")


def filled(path: str, value: str = "x") -> str:
    return re.sub(r"\{[^}]+\}", lambda _: quote(value, safe=""), path)


def test_ids_that_nobody_gave(app: FastAPI, owner: TestClient) -> None:
    hostile = [quote(text, safe="") for text in HOSTILE_TEXTS] + [
        "%FF%FE",
        "%ED%A0%80",
        "%00",
        "%0a",
        "..;",
        "%",
        "%zz",
    ]
    for method, path in addresses(app):
        if "{" not in path or path.startswith("/v1/people"):
            continue
        for one in hostile:
            if one in ("", "%20"):
                continue
            address = re.sub(r"\{[^}]+\}", lambda _, one=one: one, path)
            sent(owner, method, address, **({"content": b"{}", "headers": JSON} if method in ("POST", "PUT") else {}))


def test_people_that_nobody_is(app: FastAPI, owner: TestClient) -> None:
    """Apart: the catalogue's file is written anew for each."""
    for text in ("a\0b", "../../etc", "👩‍👩‍👧‍👦", "x" * 600):
        sent(owner, "DELETE", f"/v1/people/{quote(text, safe='')}")


def test_parameters_that_fit_nothing(app: FastAPI, owner: TestClient) -> None:
    for path, methods in app.openapi()["paths"].items():
        for method, operation in methods.items():
            names = [p["name"] for p in operation.get("parameters", []) if p["in"] == "query"]
            for name in [*names, "unknown"]:
                for text in HOSTILE_TEXTS if name in names else HOSTILE_TEXTS[:2]:
                    sent(owner, method.upper(), filled(path), params={name: text})
                sent(owner, method.upper(), f"{filled(path)}?{name}=%FF%ED%A0%80&{name}=%00")


def test_bodies_that_are_none(app: FastAPI, owner: TestClient) -> None:
    for method, path in addresses(app):
        for content in HOSTILE_BODIES if method in ("POST", "PUT") else HOSTILE_BODIES[-2:]:
            sent(owner, method, filled(path), content=content, headers=JSON)
        sent(owner, method, filled(path), content=b"{}", headers={"content-type": "text/plain"})


def test_fields_that_are_something_else(app: FastAPI, owner: TestClient) -> None:
    document = app.openapi()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if "requestBody" not in operation or path == "/v1/ingest":
                continue
            example = operation["requestBody"]["content"]["application/json"]["example"]
            schema = document["components"]["schemas"][
                operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
            ]
            for name in schema["properties"]:
                for value in [*HOSTILE_VALUES, *HOSTILE_TEXTS]:
                    sent(owner, method.upper(), filled(path), json={**example, name: value})


def test_sources_that_lead_nowhere(owner: TestClient) -> None:
    for text in HOSTILE_TEXTS:
        for source in (
            text,
            {"address": text},
            {"address": f"http://127.0.0.1:9/{text[:50]}"},
            {"address": f"/{text}"},
        ):
            sent(owner, "POST", "/v1/ingest", json={"sources": [source]})


@pytest.mark.slow
def test_headers_that_mean_harm(app: FastAPI, owner: TestClient) -> None:
    for method, path in addresses(app):
        for headers in HOSTILE_HEADERS if not path.startswith("/v1/people") else HOSTILE_HEADERS[:2]:
            if method in ("POST", "PUT"):
                sent(owner, method, filled(path), content=b'{"question": "x"}', headers={**JSON, **headers})
            else:
                sent(owner, method, filled(path), headers=headers)


def test_methods_that_are_none(app: FastAPI, owner: TestClient) -> None:
    for _, path in addresses(app):
        for method in ("PATCH", "TRACE", "CONNECT", "OPTIONS", "PROPFIND", "X" * 200):
            sent(owner, method, filled(path))
    for path in ("/v1", "/v1/", "/v1/../etc/passwd", "//etc/passwd", "/.git/config", "/v1/ask/", "/%2e%2e/%2e%2e/x"):
        sent(owner, "GET", path)
