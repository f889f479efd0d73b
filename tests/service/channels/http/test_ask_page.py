"""The page to ask on: a person's way from question to quote, without a script."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

if TYPE_CHECKING:
    from conftest import Shelf

LEAVE = "How long is parental leave?"
FORM = {"content-type": "application/x-www-form-urlencoded"}


def posted(client: TestClient, headers: dict[str, str] | None = None, **fields: str) -> tuple[int, str]:
    response = client.post("/", content=urlencode(fields), headers=FORM | (headers or {}))
    return response.status_code, response.text


def test_the_start_page_asks_and_names_articles(client: TestClient) -> None:
    response = client.get("/")
    assert response.status_code == 200
    assert '<form method="post" action="/"' in response.text
    assert "form-action 'self'" in response.headers["content-security-policy"]
    assert "Minutes" not in response.text
    for link in re.findall(r'href="(/articles/[^"]+)"', response.text):
        assert client.get(unescape(link)).status_code == 200


def test_an_answer_leads_to_the_marked_quote(client: TestClient) -> None:
    status, text = posted(client, question=LEAVE)
    assert status == 200
    assert "Parental leave is 20 weeks at full pay." in text
    link = re.search(r'<p class="byline"><a href="([^"]+)"', text)
    assert link is not None
    assert '<mark id="quote">' in client.get(unescape(link[1]).partition("#")[0]).text
    assert set(re.findall(r'href="#q(\d+)"', text)) == set(re.findall(r'id="q(\d+)"', text))


def test_the_next_question_goes_on_with_the_conversation(client: TestClient) -> None:
    _, first = posted(client, question=LEAVE)
    hidden = re.search(r'name="conversation" value="([^"]+)"', first)
    assert hidden is not None
    _, second = posted(client, question="How do I ask for it?", conversation=hidden[1])
    turns = client.get(f"/v1/conversations/{hidden[1]}").json()["turns"]
    assert [t["answer"]["question"] for t in turns] == [LEAVE, "How do I ask for it?"]
    assert hidden[1] in second


def test_a_question_nothing_answers_is_declined_with_what_comes_near(client: TestClient) -> None:
    status, text = posted(client, question="Who won the chess world championship of 1972?")
    assert status == 200
    assert 'class="answer declined"' in text
    assert "zeppelin" not in text


@pytest.mark.parametrize(("language", "word"), [("zh-CN,zh;q=0.9", "提问"), ("en-GB", "Ask"), ("", "Ask")])
def test_the_page_speaks_the_readers_language(client: TestClient, language: str, word: str) -> None:
    assert f"<button>{word}</button>" in client.get("/", headers={"accept-language": language}).text


def test_what_was_typed_stays_text(client: TestClient) -> None:
    for question in ('"><script>alert(1)</script> leave?', "  ", "<b>" * 1000, "\x00 leave"):
        status, text = posted(client, question=question, conversation='"><img src=x>')
        assert status in (200, 422)
        assert "<script" not in text
        assert "<img" not in text
        assert "<b>" not in text


def test_an_error_keeps_what_was_typed(client: TestClient) -> None:
    status, text = posted(client, question="why " * 1000)
    assert status == 422
    assert 'role="alert"' in text
    assert "why why why" in text


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_cannot_ask_for_the_reader(client: TestClient, site: str) -> None:
    status, text = posted(client, {"sec-fetch-site": site}, question=LEAVE)
    assert status == 403
    assert "20 weeks" not in text


def test_an_empty_service_says_how_to_begin(shelf: Shelf) -> None:
    text = shelf.serve().get("/").text
    assert "ingest" in text
    assert 'href="/articles' not in text
