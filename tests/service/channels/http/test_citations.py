"""A citation opens for ever, says what became of its article, and is closed with it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

from starlette.testclient import TestClient

from tests.service.channels.http.conftest import CHINESE, LEAVE, Shelf
from tests.service.channels.http.kept import FIRST, asked, key

QUOTE = "Parental leave is 20 weeks at full pay."


def served(shelf: Shelf) -> TestClient:
    shelf.put("parental-leave.md", LEAVE)
    shelf.put("baoxiao.txt", CHINESE)
    shelf.ingest()
    return shelf.serve()


def cited(client: TestClient, question: str = FIRST) -> dict[str, Any]:
    found: dict[str, Any] = asked(client, question)["citations"][0]
    return found


def opened(client: TestClient, citation: str) -> dict[str, Any]:
    told = client.get(f"/v1/citations/{citation}")
    assert told.status_code == 200, told.text
    found: dict[str, Any] = told.json()
    return found


def test_it_has_the_quote_what_stands_around_it_and_that_it_still_stands(shelf: Shelf) -> None:
    client = served(shelf)
    answer = asked(client)
    one = answer["citations"][0]
    found = opened(client, one["id"])
    assert {name: found[name] for name in ("id", "number", "version", "quote", "start", "end", "link")} == {
        name: one[name] for name in ("id", "number", "version", "quote", "start", "end", "link")
    }
    assert found["article"]["id"] == "parental-leave"
    assert found["article"]["title"] == "Parental leave"
    assert (found["status"], found["removed_at"], found["current_version"]) == ("current", None, 1)
    assert found["still_there"] == {"start": one["start"], "end": one["end"], "link": one["link"]}
    assert found["difference"] is None
    assert found["answer_id"] == answer["id"]
    text = client.get("/v1/articles/parental-leave").json()["text"]
    around = found["context"]["before"] + found["quote"] + found["context"]["after"]
    assert around in text
    assert "How it may be taken" in around or "How long it is" in around


def test_a_quote_that_moved_is_found_where_it_stands_now(shelf: Shelf) -> None:
    client = served(shelf)
    one = cited(client)
    shelf.put("parental-leave.md", LEAVE.replace("Every parent may", "From 2026 on every parent, as of now, may"))
    shelf.ingest()
    found = opened(client, one["id"])
    assert (found["status"], found["version"], found["current_version"]) == ("changed", 1, 2)
    assert found["quote"] == one["quote"]
    still = found["still_there"]
    text = client.get("/v1/articles/parental-leave").json()["text"]
    assert text[still["start"] : still["end"]] == one["quote"]
    assert still["start"] > one["start"]
    assert "version=2" in still["link"]
    assert client.get(still["link"]).text.count("<mark") >= 1
    assert found["difference"] is None


def test_a_quote_that_is_gone_shows_what_stands_in_its_place(shelf: Shelf) -> None:
    client = served(shelf)
    one = cited(client)
    shelf.put("parental-leave.md", LEAVE.replace("20 weeks", "26 weeks"))
    shelf.ingest()
    found = opened(client, one["id"])
    assert (found["status"], found["still_there"]) == ("changed", None)
    assert found["quote"] == QUOTE
    assert "20 weeks" in found["difference"]["before"][0]
    assert "26 weeks" in found["difference"]["after"][0]


def test_a_removed_article_still_shows_what_it_said(shelf: Shelf) -> None:
    client = served(shelf)
    one = cited(client)
    shelf.remove("parental-leave")
    found = opened(client, one["id"])
    assert (found["status"], found["current_version"], found["quote"]) == ("removed", None, QUOTE)
    assert found["removed_at"][:2] == "20"
    assert (found["still_there"], found["difference"]) == (None, None)


def test_it_survives_the_answer_and_says_no_more_whose_it_was(shelf: Shelf) -> None:
    client = served(shelf)
    answer = asked(client, conversation="con_a")
    assert client.delete("/v1/conversations/con_a").status_code == 204
    found = opened(client, answer["citations"][0]["id"])
    assert (found["quote"], found["answer_id"]) == (QUOTE, None)


def test_the_answers_id_is_told_to_its_asker_alone(shelf: Shelf) -> None:
    client = served(shelf)
    ann, bob = key(shelf), key(shelf)
    answer = asked(client, headers=ann)
    address = f"/v1/citations/{answer['citations'][0]['id']}"
    assert client.get(address, headers=ann).json()["answer_id"] == answer["id"]
    for other in (bob, {}):
        assert client.get(address, headers=other).json()["quote"] == QUOTE
        assert client.get(address, headers=other).json()["answer_id"] is None


def test_closing_the_article_closes_it_with_the_same_words_as_if_it_never_was(shelf: Shelf) -> None:
    shelf.put("ready.jsonl", '{"id": "plan", "title": "Plan", "text": "The move is planned for the ninth of May."}')
    shelf.ingest()
    client = shelf.serve()
    board = key(shelf, "board")
    one = cited(client, "When is the move planned?")
    shelf.put(
        "ready.jsonl",
        '{"id": "plan", "title": "Plan", "text": "The move is planned for the ninth of June.", "groups": ["board"]}',
    )
    shelf.ingest()
    closed, unknown = client.get(f"/v1/citations/{one['id']}"), client.get("/v1/citations/cit_0")
    assert (closed.status_code, unknown.status_code) == (404, 404)
    assert closed.json()["detail"] == unknown.json()["detail"]
    assert "May" not in closed.text
    # Nor does who may read it now see what it said when it was not theirs.
    assert client.get(f"/v1/citations/{one['id']}", headers=board).status_code == 404
    assert client.get(f"/c/{one['id']}", follow_redirects=False).status_code == 404


def test_a_short_link_goes_to_the_quote_on_the_page(shelf: Shelf) -> None:
    client = served(shelf)
    one = cited(client)
    sent = client.get(f"/c/{one['id']}", follow_redirects=False)
    assert (sent.status_code, sent.headers["location"]) == (302, one["link"])
    assert "<mark" in client.get(f"/c/{one['id']}").text


def test_it_opens_also_where_no_answer_is_kept(shelf: Shelf) -> None:
    shelf.settings = shelf.settings.model_copy(
        update={"keep": shelf.settings.keep.model_copy(update={"answers": False})}
    )
    client = served(shelf)
    answer = asked(client, conversation="con_a")
    found = opened(client, answer["citations"][0]["id"])
    assert (found["quote"], found["answer_id"]) == (QUOTE, None)
    assert client.get(f"/v1/answers/{answer['id']}").status_code == 404
    assert client.get("/v1/conversations/con_a").status_code == 404
    assert asked(client, "Tell me more", conversation="con_a")["standalone_question"] == "Tell me more"
    assert FIRST.encode() not in (shelf.settings.data / "catalogue.db").read_bytes()
    assert FIRST.encode() not in (shelf.settings.data / "catalogue.db-wal").read_bytes()


def test_what_is_not_the_quote_any_more_is_not_shown(shelf: Shelf) -> None:
    client = served(shelf)
    one = cited(client)
    with closing(sqlite3.connect(shelf.settings.data / "catalogue.db")) as raw, raw:
        raw.execute("UPDATE versions SET text = replace(text, '20 weeks', '99 weeks')")
    told = client.get(f"/v1/citations/{one['id']}")
    assert told.status_code == 404
    assert "99 weeks" not in told.text
