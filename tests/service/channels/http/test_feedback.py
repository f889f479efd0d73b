"""What people think of answers is kept once for each, and read by whoever administers."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.service.channels.http.conftest import LEAVE, Shelf
from tests.service.channels.http.kept import FIRST, asked, key


@pytest.fixture
def filled(shelf: Shelf) -> Shelf:
    shelf.put("parental-leave.md", LEAVE)
    shelf.put("ready.jsonl", '{"id": "plan", "title": "Plan", "text": "The board bought a zeppelin.", "groups": ["b"]}')
    shelf.ingest()
    return shelf


def say(client: TestClient, answer: str, headers: dict[str, str] | None = None, **said: Any) -> Any:
    return client.post(f"/v1/answers/{answer}/feedback", json={"rating": "up", **said}, headers=headers or {})


def listed(client: TestClient, headers: dict[str, str], **asked_for: Any) -> list[dict[str, Any]]:
    told = client.get("/v1/feedback", headers=headers, params=asked_for)
    assert told.status_code == 200, told.text
    lines: list[dict[str, Any]] = told.json()["feedback"]
    return lines


def test_one_asker_has_one_opinion_of_each_thing_and_may_change_it(filled: Shelf) -> None:
    client = filled.serve()
    ann, admin = key(filled), key(filled, scopes=("admin",))
    answer = asked(client, headers=ann)
    first = say(client, answer["id"], ann)
    assert first.status_code == 201
    assert say(client, answer["id"], ann, citation=1, rating="down", reason="outdated").status_code == 201
    again = say(client, answer["id"], ann, rating="down", reason="wrong", comment="It is 26 weeks.")
    assert again.status_code == 200
    assert again.json()["id"] == first.json()["id"]
    assert again.json()["changed_at"] is not None
    lines = listed(client, admin)
    assert [(x["rating"], x["reason"], x["comment"], x["citation"]) for x in lines] == [
        ("down", "outdated", None, 1), ("down", "wrong", "It is 26 weeks.", None),
    ]  # fmt: skip
    assert lines[0]["citation_id"] == answer["citations"][0]["id"]
    assert {(x["question"], x["answer_id"], x["article_id"]) for x in lines} == {
        (FIRST, answer["id"], None), (FIRST, answer["id"], "parental-leave"),
    }  # fmt: skip
    assert listed(client, admin, rating="up") == []


def test_who_reads_a_conversation_is_told_what_they_thought_themselves(filled: Shelf) -> None:
    client = filled.serve()
    ann, admin = key(filled), key(filled, scopes=("admin",))
    answer = asked(client, headers=ann)
    say(client, answer["id"], ann, rating="down", reason="wrong")
    say(client, answer["id"], ann, citation=1)
    address = f"/v1/conversations/{answer['conversation_id']}"
    (turn,) = client.get(address, headers=ann).json()["turns"]
    assert [(one["citation"], one["rating"], one["reason"]) for one in turn["feedback"]] == [
        (None, "down", "wrong"),
        (1, "up", None),
    ]
    (turn,) = client.get(address, headers=admin).json()["turns"]
    assert turn["feedback"] == []
    nobodys = asked(client)
    say(client, nobodys["id"], {"X-Request-Id": "r1"})
    (turn,) = client.get(f"/v1/conversations/{nobodys['conversation_id']}").json()["turns"]
    assert turn["feedback"] == []


def test_nobody_in_particular_has_one_for_each_request_id(filled: Shelf) -> None:
    client = filled.serve()
    answer = asked(client)["id"]
    assert say(client, answer).status_code == 201
    assert say(client, answer, {"X-Request-Id": "page-1"}).status_code == 201
    assert say(client, answer, {"X-Request-Id": "page-1"}, rating="down").status_code == 200
    admin = key(filled, scopes=("admin",))
    assert [x["rating"] for x in listed(client, admin)] == ["down", "up"]
    assert {x["asker"] for x in listed(client, admin)} == {None}


def test_an_answer_that_is_not_theirs_cannot_be_judged(filled: Shelf) -> None:
    client = filled.serve()
    ann, bob = key(filled), key(filled)
    answer = asked(client, headers=ann)["id"]
    refused = [say(client, answer, bob), say(client, answer), say(client, "ans_0", ann)]
    assert [r.status_code for r in refused] == [404, 404, 404]
    assert len({r.json()["detail"] for r in refused}) == 1
    assert say(client, answer, ann, citation=99).status_code == 404
    assert listed(client, key(filled, scopes=("admin",))) == []


@pytest.mark.parametrize(
    "wrong",
    [{"rating": "meh"}, {"reason": "because"}, {"comment": "x" * 2001}, {"comment": ""}, {"citation": 0}, {"more": 1}],
)
def test_what_is_not_understood_is_refused(filled: Shelf, wrong: dict[str, Any]) -> None:
    client = filled.serve()
    told = say(client, asked(client)["id"], **wrong)
    assert told.status_code == 422
    assert "Input" not in told.json()["detail"]  # pydantic's own words


def test_it_is_listed_for_whoever_administers_and_within_their_groups(filled: Shelf) -> None:
    client = filled.serve()
    board = key(filled, "b")
    answer = asked(client, "What did the board buy?", board)["id"]
    assert say(client, answer, board, comment="A zeppelin!").status_code == 201
    assert client.get("/v1/feedback").status_code == 403
    assert client.get("/v1/feedback", headers=board).status_code == 403
    assert listed(client, key(filled, scopes=("admin",))) == []
    assert [x["comment"] for x in listed(client, key(filled, "b", scopes=("admin",)))] == ["A zeppelin!"]


def test_pages_go_on_where_the_last_one_ended(filled: Shelf) -> None:
    client = filled.serve()
    admin = key(filled, scopes=("admin",))
    answer = asked(client)["id"]
    for number in range(7):
        assert say(client, answer, comment=str(number)).status_code == 201
    found, cursor = [], None
    while True:
        page = client.get(
            "/v1/feedback", headers=admin, params={"limit": 3, "cursor": cursor} if cursor else {"limit": 3}
        )
        found += [x["comment"] for x in page.json()["feedback"]]
        cursor = page.json()["next_cursor"]
        if cursor is None:
            break
    assert found == ["6", "5", "4", "3", "2", "1", "0"]
    assert client.get("/v1/feedback", headers=admin, params={"cursor": "made up"}).status_code == 422
