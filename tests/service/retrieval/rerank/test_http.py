"""A rerank endpoint, over the wire: both forms, and every answer that is none."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from service.errors import RerankerUnavailable
from service.retrieval.rerank.http import Form, HttpReranker, read
from tests.fakes.rerank_server import Drips, Drops, FakeRerank, Reply, Sends, Sleeps, liking, running

TEXTS = ["Lunch is served at noon.", "The ferry sails at nine.", "渡轮九点开船。"]


@pytest.fixture(scope="module")
def endpoint() -> Iterator[FakeRerank]:
    with running() as fake:
        yield fake


@pytest.mark.parametrize("form", ["cohere", "tei"])
def test_scores_come_in_the_order_of_the_texts_whatever_order_they_are_sent_in(
    endpoint: FakeRerank, form: Form
) -> None:
    endpoint.will(liking("渡轮", "ferry"))
    scored = HttpReranker(endpoint.url, form, "m").scores("When does it sail?", TEXTS, 5)
    assert scored.scores == (0.01, 0.8, 0.9)
    assert scored.usage is None


def test_each_form_is_asked_in_its_own_words(endpoint: FakeRerank) -> None:
    endpoint.will(liking("ferry"))
    HttpReranker(endpoint.url, "cohere", "rerank-3", "sk-secret").scores("When?", TEXTS, 5)
    HttpReranker(endpoint.url, "tei").scores("When?", TEXTS, 5)
    cohere, tei = endpoint.requests
    assert cohere == {"model": "rerank-3", "query": "When?", "documents": TEXTS, "top_n": 3}
    assert tei == {"query": "When?", "texts": TEXTS, "truncate": True}
    assert endpoint.headers[0]["authorization"] == "Bearer sk-secret"
    assert "authorization" not in endpoint.headers[1]


@pytest.mark.parametrize(
    ("reply", "note"),
    [
        (Sends(b'{"message": "no"}', 401), "refused the key: check FOOTNOTE_RERANK__API_KEY"),
        (Sends(b"", 404), "check FOOTNOTE_RERANK__URL and FOOTNOTE_RERANK__MODEL"),
        (Sends(b"", 413), "takes fewer passages at once: lower FOOTNOTE_RERANK__DEPTH"),
        (Sends(b"", 429), "takes no more requests now"),
        (Sends(b"<html>", 500), "answered with status 500"),
        (Sends(b"", 302), "answered with status 302"),
        (Drops(), "did not answer"),
        (Sends(b"x" * 4_000_001), "something else than a score"),
        (Sends(b"not json"), "something else than a score"),
        (Sends(b"[" * 100_000), "something else than a score"),
        (Sends(b"\xff\xfe"), "something else than a score"),
    ],
)
def test_an_endpoint_that_fails_is_a_note_and_no_key_is_in_it(endpoint: FakeRerank, reply: Reply, note: str) -> None:
    endpoint.will(reply)
    with pytest.raises(RerankerUnavailable, match=note) as told:
        HttpReranker(endpoint.url, "cohere", "m", "sk-secret").scores("When?", TEXTS, 5)
    assert "sk-secret" not in str(told.value)
    assert len(endpoint.requests) == 1


@pytest.mark.parametrize("reply", [Sleeps(3), Drips()])
def test_an_endpoint_that_is_late_is_left(endpoint: FakeRerank, reply: Reply) -> None:
    endpoint.will(reply)
    began = time.monotonic()
    with pytest.raises(RerankerUnavailable, match=r"took longer than 0\.2 s"):
        HttpReranker(endpoint.url, "tei").scores("When?", TEXTS, 0.2)
    assert time.monotonic() - began < 2.5


def test_nobody_at_the_address_is_a_note() -> None:
    with pytest.raises(RerankerUnavailable, match="did not answer: check FOOTNOTE_RERANK__URL"):
        HttpReranker("http://127.0.0.1:9/rerank", "tei").scores("When?", TEXTS, 5)


@pytest.mark.parametrize(
    ("url", "key"),
    [("http://127.0.0.1:port/rerank", None), ("http://" + "a" * 80 + ".example/", None), ("http://127.0.0.1:9/", "é")],
)
def test_an_address_or_key_that_cannot_be_sent_is_a_note(url: str, key: str | None) -> None:
    with pytest.raises(RerankerUnavailable, match="did not answer"):
        HttpReranker(url, "tei", None, key).scores("When?", TEXTS, 5)


@pytest.mark.parametrize(
    "body",
    [
        "null", "7", "{}", '{"results": null}', '{"results": [1, 2]}', '"[]"', "[[0, 0.5], [1, 0.5]]",
        '[{"index": 0, "score": 0.5}]',
        '[{"index": 0, "score": 0.5}, {"index": 0, "score": 0.4}]',
        '[{"index": 0, "score": 0.5}, {"index": 0, "score": 0.4}, {"index": 1, "score": 0.4}]',
        '[{"index": 0, "score": 0.5}, {"index": 2, "score": 0.4}]',
        '[{"index": 0, "score": 0.5}, {"index": -1, "score": 0.4}]',
        '[{"index": 0, "score": 0.5}, {"index": true, "score": 0.4}]',
        '[{"index": 0, "score": 0.5}, {"index": 1, "score": NaN}]',
        '[{"index": 0, "score": 0.5}, {"index": 1, "score": Infinity}]',
        '[{"index": 0, "score": 0.5}, {"index": 1, "score": "0.4"}]',
        '[{"index": 0, "score": 0.5}, {"index": 1, "score": null}]',
        '[{"index": 0, "score": 0.5}, {"index": "1", "score": 0.4}]',
        '[{"index": 0, "score": 0.5}, {"score": 0.4}]',
    ],
)  # fmt: skip
def test_one_finite_score_for_each_text_or_none_at_all(body: str) -> None:
    with pytest.raises(RerankerUnavailable, match="something else than a score for each passage"):
        read(body.encode(), 2)
    with pytest.raises(RerankerUnavailable):
        read(body.replace('"score"', '"relevance_score"').encode(), 2)


def test_whole_numbers_are_scores_too() -> None:
    assert read(b'{"results": [{"index": 1, "relevance_score": 1}, {"index": 0, "relevance_score": -2.5}]}', 2) == (
        -2.5,
        1,
    )


def test_a_whole_number_past_every_float_is_none() -> None:
    with pytest.raises(RerankerUnavailable):
        read(b'[{"index": 0, "score": 1' + b"0" * 400 + b"}]", 1)
