from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import pytest
from pydantic import SecretStr

from ingest.embedding import Embedder, embedder_from
from ingest.errors import FootnoteError, PermanentError, SettingsError, TransientError
from ingest.settings import EmbeddingSettings, IngestSettings
from tests.fakes.embeddings_server import (
    Drops,
    Embeds,
    FakeEmbeddings,
    Refuses,
    Reply,
    Sends,
    Sleeps,
    running,
    vector_of,
)

KEY = "sk-very-secret-key-123"
DOWN = "did not answer"
UNREADABLE = "something else than a vector for each text"


@pytest.fixture(scope="module")
def server() -> Iterator[FakeEmbeddings]:
    with running() as fake:
        yield fake


@pytest.fixture
def endpoint(server: FakeEmbeddings) -> FakeEmbeddings:
    server.will(Embeds())
    server.requests.clear()
    server.headers.clear()
    return server


def embedder(at: str, dimensions: int | None = 8, batch: int = 64, timeout: float = 20) -> Embedder:
    settings = EmbeddingSettings(
        base_url=at, api_key=SecretStr(KEY), model="some-model", dimensions=dimensions, batch=batch, timeout=timeout
    )
    made = embedder_from(IngestSettings(embedding=settings))
    assert made is not None
    return made


def unit(text: str, dimensions: int = 8) -> np.ndarray:
    vector = np.asarray(vector_of(text, dimensions), np.float32)
    return vector / np.linalg.norm(vector)


def test_vectors_are_unit_length_and_in_the_order_of_the_texts(endpoint: FakeEmbeddings) -> None:
    texts = [f"text {i}" for i in range(7)]
    made = embedder(endpoint.url, batch=3).passages(texts)
    np.testing.assert_allclose(made, np.stack([unit(t) for t in texts]), atol=1e-6)
    assert made.dtype == np.float32
    assert [len(r["input"]) for r in endpoint.requests] == [3, 3, 1]


def test_rows_sent_in_another_order_go_by_their_index(endpoint: FakeEmbeddings) -> None:
    endpoint.will(Embeds(backwards=True))
    texts = ["one", "two", "three"]
    np.testing.assert_allclose(embedder(endpoint.url).passages(texts), np.stack([unit(t) for t in texts]), atol=1e-6)


def test_the_request_names_model_dimensions_and_key(endpoint: FakeEmbeddings) -> None:
    np.testing.assert_allclose(embedder(endpoint.url).question("a\nb"), unit("a\nb"), atol=1e-6)
    assert endpoint.requests[0]["model"] == "some-model"
    assert endpoint.requests[0]["dimensions"] == 8
    assert endpoint.requests[0]["input"] == ["a\nb"]
    assert endpoint.headers[0]["authorization"] == f"Bearer {KEY}"


def test_unconfigured_dimensions_are_asked_for_once(endpoint: FakeEmbeddings) -> None:
    endpoint.will(Embeds(dimensions=12))
    made = embedder(endpoint.url, dimensions=None)
    assert made.id == "some-model"
    assert (made.dimensions, made.dimensions) == (12, 12)
    assert len(endpoint.requests) == 1
    assert "dimensions" not in endpoint.requests[0]


def test_no_texts_are_no_request(endpoint: FakeEmbeddings) -> None:
    assert embedder(endpoint.url).passages([]).shape == (0, 8)
    assert not endpoint.requests


def test_a_busy_endpoint_is_asked_again_after_the_time_it_names(endpoint: FakeEmbeddings) -> None:
    endpoint.will(Refuses(429, {"retry-after": "1"}), Embeds())
    began = time.monotonic()
    np.testing.assert_allclose(embedder(endpoint.url).question("x"), unit("x"), atol=1e-6)
    assert time.monotonic() - began >= 1
    assert len(endpoint.requests) == 2


def test_passages_outlast_more_failures_than_a_question_waits_for(endpoint: FakeEmbeddings) -> None:
    endpoint.will(Refuses(500), Refuses(503), Refuses(429), Embeds())
    np.testing.assert_allclose(embedder(endpoint.url).passages(["x"])[0], unit("x"), atol=1e-6)
    assert len(endpoint.requests) == 4
    endpoint.requests.clear()
    endpoint.will(Refuses(500), Refuses(503), Embeds())
    with pytest.raises(TransientError):
        embedder(endpoint.url).question("x")
    assert len(endpoint.requests) == 2


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_text_is_blamed_only_where_another_one_is_taken(endpoint: FakeEmbeddings, status: int) -> None:
    endpoint.will(Refuses(status), Embeds())
    model = embedder(endpoint.url)
    with pytest.raises(PermanentError, match="refuses the text"):
        model.passages(["strange"])
    assert [r["input"] for r in endpoint.requests] == [["strange"], ["a"]]
    endpoint.will(Refuses(status))
    with pytest.raises(PermanentError):
        model.passages(["strange"])
    assert len(endpoint.requests) == 3
    with pytest.raises(SettingsError, match="refuses every text"):
        embedder(endpoint.url).passages(["strange"])


@pytest.mark.parametrize(
    ("reply", "kind", "sentence"),
    [
        (Refuses(401), SettingsError, "refused the key: check FOOTNOTE_EMBEDDING__API_KEY"),
        (Refuses(403), SettingsError, "refused the key: check FOOTNOTE_EMBEDDING__API_KEY"),
        (Refuses(401, body=f'{{"error": {{"message": "bad key {KEY}"}}}}'), SettingsError, "refused the key"),
        (Refuses(404), SettingsError, "has no model 'some-model@8': check FOOTNOTE_EMBEDDING__MODEL"),
        (Refuses(400), PermanentError, "refuses the text"),
        (Refuses(413), PermanentError, "refuses the text"),
        (Refuses(422), PermanentError, "refuses the text"),
        (Refuses(429), TransientError, "takes no more requests for now"),
        (Refuses(500), TransientError, DOWN),
        (Refuses(502, body="<html>Bad gateway</html>"), TransientError, DOWN),
        (Drops(), TransientError, DOWN),
        (Embeds(dimensions=7), SettingsError, "sent 7 dimensions where 8 were expected"),
        (Embeds(missing=1), TransientError, UNREADABLE),
        (Embeds(first=[float("nan")] * 8), TransientError, UNREADABLE),
        (Embeds(first=[float("inf")] + [0.0] * 7), TransientError, UNREADABLE),
        (Embeds(first=[0.0] * 8), TransientError, UNREADABLE),
        (Embeds(first=[1.0] * 5), TransientError, UNREADABLE),
        (Embeds(first="not base64!"), TransientError, UNREADABLE),
        (Embeds(first=[None] * 8), TransientError, UNREADABLE),
        (Embeds(first={"a": 1}), TransientError, UNREADABLE),
        (Sends(b"certainly! here are your vectors"), TransientError, UNREADABLE),
        (Sends(b"<html>login</html>", "text/html"), TransientError, UNREADABLE),
        (Sends(b'{"data": [{"embedd'), TransientError, UNREADABLE),
        (Sends(b"{}"), TransientError, UNREADABLE),
        (Sends(b"[]"), TransientError, UNREADABLE),
        (Sends(b"null"), TransientError, UNREADABLE),
        (Sends(b'{"data": [1, 2]}'), TransientError, UNREADABLE),
        (Sends(b'{"data": []}'), TransientError, UNREADABLE),
        (Sends(b"", "application/json"), TransientError, UNREADABLE),
        (Sends(b"\xff\xfe\x00"), TransientError, UNREADABLE),
    ],
    ids=lambda value: str(value)[:40] if not isinstance(value, type | str) else None,
)  # fmt: skip
def test_a_failure_says_what_to_do_and_not_the_key(
    endpoint: FakeEmbeddings, reply: Reply, kind: type[FootnoteError], sentence: str
) -> None:
    endpoint.will(reply)
    model = embedder(endpoint.url)
    with pytest.raises(FootnoteError) as raised:
        model.question("one") if not isinstance(reply, Embeds) else model.passages(["one", "two"])
    assert type(raised.value) is kind
    assert sentence in str(raised.value)
    assert KEY not in str(raised.value)
    assert KEY[3:] not in str(raised.value)


def test_an_endpoint_that_does_not_answer_in_time_is_given_up(endpoint: FakeEmbeddings) -> None:
    endpoint.will(Sleeps(3))
    began = time.monotonic()
    with pytest.raises(TransientError, match=DOWN):
        embedder(endpoint.url, timeout=0.2).question("x")
    assert time.monotonic() - began < 2.5


def test_an_endpoint_that_is_not_there_is_said_to_be_down() -> None:
    with running() as fake:
        url = fake.url
    with pytest.raises(TransientError, match="FOOTNOTE_EMBEDDING__BASE_URL"):
        embedder(url).question("x")


def test_openai_without_a_key_is_a_settings_error() -> None:
    with pytest.raises(SettingsError, match="OPENAI_API_KEY"):
        embedder_from(IngestSettings(embedding=EmbeddingSettings(provider="openai")))  # type: ignore[call-arg]
