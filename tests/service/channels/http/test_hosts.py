"""A service that is open on its own machine answers under its own names alone."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from service.app import create_app
from service.settings import Settings


def asked_as(named: str, client: str = "127.0.0.1", path: str = "/healthz", **settings: object) -> int:
    app = create_app(Settings(**settings))  # type: ignore[arg-type]
    return TestClient(app, client=(client, 5)).get(path, headers={"Host": named}).status_code


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8000", "localhost", "LOCALHOST:8000", "[::1]:8000", "127.1.2.3", "localhost."]
)
def test_names_of_this_machine_are_its_own(host: str) -> None:
    assert asked_as(host) == 200


@pytest.mark.parametrize(
    "host",
    [
        "rebound.evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "10.0.0.1",
        "",
        "127.0.0.1@evil.example:1",
        "[::1",
        "evil.example#localhost",
        "localhost evil",
    ],
)
def test_a_name_that_somebody_pointed_here_is_refused(host: str) -> None:
    assert asked_as(host) == 421
    assert asked_as(host, path="/v1/articles") == 421


def test_the_refusal_is_a_problem() -> None:
    answer = TestClient(create_app(Settings()), client=("::1", 5)).get("/", headers={"Host": "evil.example"})
    assert answer.json()["type"] == "urn:footnote:problem:misdirected"
    assert "FOOTNOTE_AUTH__HOSTS" in answer.json()["detail"]
    assert answer.headers["X-Request-Id"]


def test_names_that_are_set_are_its_own_too() -> None:
    named = {"auth": {"hosts": "footnote.example"}, "public_url": "http://localhost.example:8000", "open_access": True}
    assert asked_as("footnote.example:8000", **named) == 200
    assert asked_as("localhost.example", **named) == 200
    assert asked_as("evil.example", **named) == 421


def test_names_that_are_set_are_checked_on_every_address() -> None:
    container = {"host": "0.0.0.0", "open_access": True}
    assert asked_as("evil.example", **container) == 200
    assert asked_as("evil.example", **container, auth={"hosts": "footnote"}) == 421
    assert asked_as("footnote:8000", **container, auth={"hosts": "footnote"}) == 200
    assert asked_as("127.0.0.1:8000", **container, auth={"hosts": "footnote"}) == 200


def test_where_everyone_shows_who_they_are_any_name_will_do() -> None:
    assert asked_as("footnote.example", auth={"required": True}) == 200
