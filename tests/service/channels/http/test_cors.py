"""Which pages may ask from a browser."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from service.app import create_app
from service.settings import Settings

PAGE = "https://intranet.example"


def service(**settings: object) -> TestClient:
    return TestClient(create_app(Settings(**settings)))  # type: ignore[arg-type]


def preflight(client: TestClient, origin: str, headers: str = "authorization, content-type") -> dict[str, str]:
    sent = {"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": headers}
    answer = client.options("/v1/ask", headers=sent)
    return {name: value for name, value in answer.headers.items() if name.startswith("access-control")}


def test_pages_that_are_named_may_ask_and_no_others() -> None:
    client = service(widget={"origins": PAGE}, auth={"required": True})
    told = preflight(client, PAGE, "authorization, content-type, idempotency-key, last-event-id")
    assert told["access-control-allow-origin"] == PAGE
    allowed = {h.strip().lower() for h in told["access-control-allow-headers"].split(",")}
    assert {"authorization", "content-type", "idempotency-key", "last-event-id"} <= allowed
    for other in ("https://evil.example", "null", f"{PAGE}.evil.example", "http://intranet.example"):
        assert "access-control-allow-origin" not in preflight(client, other)


def test_cookies_are_never_asked_for() -> None:
    for origins in (PAGE, "*"):
        client = service(widget={"origins": origins}, auth={"required": True})
        assert "access-control-allow-credentials" not in preflight(client, PAGE)
        assert "access-control-allow-credentials" not in client.get("/healthz", headers={"Origin": PAGE}).headers


@pytest.mark.parametrize("path", ["/healthz", "/v1/nothing"])
def test_without_origins_no_page_may_read_anything(path: str) -> None:
    answer = service().get(path, headers={"Origin": PAGE})
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_a_problem_can_be_read_by_the_page_too() -> None:
    answer = service(widget={"origins": PAGE}).get("/v1/nothing", headers={"Origin": PAGE})
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (404, PAGE)
