"""A stream that was lost is taken up again; an answer that nobody follows is given up."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from service.app import create_app
from service.settings import AnswerSettings, ChatSettings
from tests.fakes import openai_server
from tests.fakes.openai_server import FakeOpenAI, NeverEnds, Says, Stalls
from tests.service.channels.http.test_stream import listening

if TYPE_CHECKING:
    from conftest import Shelf

QUESTION = "What does the VPN client need?"
SLOWLY = Says(["The VPN client needs ", "a certificate ", "of the new kind [1]."], pause=0.3)


@pytest.fixture(scope="module")
def model() -> Iterator[FakeOpenAI]:
    with openai_server.running() as fake:
        yield fake


@contextmanager
def serving(shelf: Shelf, model: FakeOpenAI, resume_within: float) -> Iterator[int]:
    shelf.put("vpn.txt", "VPN setup\n\nThe VPN client needs a certificate of the new kind.\n")
    shelf.ingest()
    model.requests.clear()
    model.hung_up.clear()
    settings = shelf.settings.model_copy(
        update={
            "chat": ChatSettings(model="fake", base_url=model.url),
            "answer": AnswerSettings(resume_within=resume_within),
        }
    )
    with listening(create_app(settings)) as port:
        yield port


def asked(port: int, last_event_id: str = "", path: str = "/v1/ask") -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    headers = {"content-type": "application/json"} | ({"Last-Event-ID": last_event_id} if last_event_id else {})
    if path == "/v1/ask":
        connection.request("POST", path, json.dumps({"question": QUESTION, "stream": True}), headers)
    else:
        connection.request("GET", path, headers=headers)
    return connection.getresponse()


def events_from(response: http.client.HTTPResponse, most: int = 1000) -> list[tuple[str, str, Any]]:
    """(event, id, data); the connection is dropped after `most` of them."""
    found: list[tuple[str, str, Any]] = []
    fields: dict[str, str] = {}
    while len(found) < most and (line := response.readline()):
        name, _, value = line.decode().rstrip("\n").partition(": ")
        if name:
            fields[name] = value
        elif fields.get("event"):
            found.append((fields["event"], fields["id"], json.loads(fields["data"])))
            fields = {}
    response.close()
    return found


def test_a_lost_stream_goes_on_after_the_last_event_that_came(shelf: Shelf, model: FakeOpenAI) -> None:
    model.will(SLOWLY)
    with serving(shelf, model, 10) as port:
        first = events_from(asked(port), most=3)
        rest = events_from(asked(port, first[-1][1]))
    assert [e[0] for e in first] == ["started", "sources", "delta"]
    numbers = [int(e[1].rpartition(".")[2]) for e in first + rest]
    assert numbers == list(range(1, len(numbers) + 1))
    assert rest[-1][0] == "completed"
    assert rest[-1][2]["id"] == first[0][2]["answer_id"]
    assert rest[-1][2]["mode"] == "generative"
    assert len(model.requests) == 1


def test_an_answer_is_followed_by_its_address_too(shelf: Shelf, model: FakeOpenAI) -> None:
    model.will(SLOWLY)
    with serving(shelf, model, 10) as port:
        first = events_from(asked(port), most=3)
        answer_id = first[0][2]["answer_id"]
        again = events_from(asked(port, path=f"/v1/answers/{answer_id}/events"))
    assert again[:3] == first
    assert again[-1][0] == "completed"


def test_an_answer_that_is_done_is_sent_whole(shelf: Shelf, model: FakeOpenAI) -> None:
    model.will(SLOWLY)
    with serving(shelf, model, 10) as port:
        all_of_it = events_from(asked(port))
        again = events_from(asked(port, all_of_it[2][1]))
    assert [e[0] for e in again] == ["completed"]
    assert again[0][2] == all_of_it[-1][2]


def test_an_answer_nobody_takes_up_again_stops_the_model(shelf: Shelf, model: FakeOpenAI) -> None:
    model.will(Stalls(["and so on. "]))  # whose silence alone would end it after 15 s
    with serving(shelf, model, 0.3) as port:
        events_from(asked(port), most=3)
        left = time.monotonic()
        assert model.hung_up.wait(10)
        assert 0.2 < time.monotonic() - left < 10


def test_an_answer_that_is_stopped_stops_the_model_at_once(shelf: Shelf, model: FakeOpenAI) -> None:
    model.will(Stalls(["and so on. "]))
    with serving(shelf, model, 60) as port:
        answer_id = events_from(asked(port), most=3)[0][2]["answer_id"]

        def stopped() -> int:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            connection.request("DELETE", f"/v1/answers/{answer_id}/events")
            return connection.getresponse().status

        assert stopped() == 204
        assert model.hung_up.wait(10)
        assert stopped() == 404


def test_who_leaves_a_json_answer_stops_the_model_at_once(shelf: Shelf, model: FakeOpenAI) -> None:
    model.will(NeverEnds("", pause=0.05))
    with serving(shelf, model, 10) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("POST", "/v1/ask", json.dumps({"question": QUESTION}), {"content-type": "application/json"})
        until = time.monotonic() + 10
        while not model.requests:
            assert time.monotonic() < until
            time.sleep(0.02)
        connection.close()
        assert model.hung_up.wait(5)


@pytest.mark.parametrize("given", ["ans_00ff.3", "7", "ans_.", "x" * 90])
def test_what_is_not_in_progress_is_not_asked_again(shelf: Shelf, model: FakeOpenAI, given: str) -> None:
    with serving(shelf, model, 10) as port:
        response = asked(port, given)
        problem = json.loads(response.read())
    assert response.status == 404
    assert "ask again without the header" in problem["detail"]
    assert model.requests == []
