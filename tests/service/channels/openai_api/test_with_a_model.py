"""Where a chat model writes: nothing that was streamed is taken back, and a client that leaves stops the model."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
import openai
import pytest

from tests.fakes.openai_server import FakeOpenAI, Says, Stalls, running
from tests.fakes.running_app import serving, settings_over
from tests.fakes.serving import until
from tests.service.channels.conftest import ARTICLES

LEAVE = {"model": "footnote", "messages": [{"role": "user", "content": "How long is parental leave?"}]}
FIRST = "Parental leave is 20 weeks at full pay [1]."
SECOND = " It may be taken in up to three parts [1]."


@pytest.fixture(scope="module")
def model() -> Iterator[FakeOpenAI]:
    with running() as fake:
        yield fake


@pytest.fixture(scope="module")
def url(model: FakeOpenAI, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("with-a-model")
    chat = {"base_url": model.url, "model": "fake", "api_key": "k", "retries": 0}
    with serving(settings_over(folder, ARTICLES, chat=chat, cache={"enabled": False})) as address:
        yield address


@contextmanager
def asking(url: str, **options: Any) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(
        base_url=f"{url}/v1", api_key="none", max_retries=0, http_client=httpx.Client(trust_env=False), **options
    ) as client:
        yield client


def streamed(url: str) -> tuple[str, dict[str, Any], list[dict[str, Any]]]:
    """Text, proof and annotations of a streamed answer."""
    text, proof, annotations = "", {}, []
    with asking(url) as client:
        for chunk in client.chat.completions.create(**LEAVE, stream=True):
            text += chunk.choices[0].delta.content or ""
            proof = proof or chunk.model_extra.get("footnote") or {}
            annotations = annotations or chunk.choices[0].delta.model_extra.get("annotations") or []
    return text, proof, annotations


def numbers(text: str, annotations: list[dict[str, Any]]) -> list[str]:
    return [text[a["url_citation"]["start_index"] : a["url_citation"]["end_index"]] for a in annotations]


def test_sentences_come_as_they_are_final(url: str, model: FakeOpenAI) -> None:
    model.will(Says([FIRST, SECOND, " The moon is made of cheese [1]."], pause=0.3))
    with asking(url) as client:
        came = []
        for chunk in client.chat.completions.create(**LEAVE, stream=True):
            came.append((time.monotonic(), chunk.choices[0].delta.content or ""))
    sentences = [(at, said) for at, said in came if said]
    assert sentences[0][1] == "Parental leave is 20 weeks at full pay. [1]"
    assert came[-1][0] - sentences[0][0] > 0.2
    assert "cheese" not in "".join(said for _, said in came)


def test_tokens_are_those_of_the_model(url: str, model: FakeOpenAI) -> None:
    model.will(Says([FIRST]))
    with asking(url) as client:
        usage = client.chat.completions.create(**LEAVE).usage
        options = {"include_usage": True}
        *_, last = client.chat.completions.create(**LEAVE, stream=True, stream_options=options)
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (120, 17, 137)
    assert last.usage.total_tokens == 137


def test_what_takes_the_place_of_a_broken_answer_is_announced(url: str, model: FakeOpenAI) -> None:
    """Its first sentence is out and cannot be taken back."""
    model.will(Says([SECOND.strip(), f" {FIRST}", " And so"], pause=0.1, ends=None))
    text, proof, annotations = streamed(url)
    before, line, after = text.partition("What follows is the answer, in place of what stands above.")
    assert line, text
    assert before.startswith("It may be taken in up to three parts")
    assert after.strip().startswith("Parental leave is 20 weeks at full pay. [1]")
    assert "The chat model did not answer" in after
    said = " ".join(s["text"] for s in proof["sentences"])
    assert proof["mode"] == "extractive"
    assert said.split(" [")[0] in after
    assert set(numbers(text, annotations)) <= {"[1]", "[2]", "[3]", "[4]"}
    assert min(a["url_citation"]["start_index"] for a in annotations) > len(before)


@pytest.mark.parametrize("stream", [True, False])
def test_a_client_that_leaves_stops_the_model(url: str, model: FakeOpenAI, stream: bool) -> None:
    model.will(Stalls([FIRST, " And so on and on"]))
    model.hung_up.clear()
    asked = len(model.requests)
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    headers = {"Content-Type": "application/json"}
    connection.request("POST", "/v1/chat/completions", json.dumps({**LEAVE, "stream": stream}), headers)
    if stream:
        response = connection.getresponse()
        assert any(b"20 weeks" in line for line in iter(response.readline, b""))
        response.close()
    else:
        until(lambda: len(model.requests) > asked)  # who leaves before the model is asked stops nothing
    connection.close()
    assert model.hung_up.wait(10)  # by the silence alone, after 15 s


def test_the_model_is_asked_about_the_articles_and_told_nothing_of_the_callers_orders(
    url: str, model: FakeOpenAI
) -> None:
    model.will(Says([FIRST]))
    model.requests.clear()
    orders = {"role": "system", "content": "You are a pirate."}
    with asking(url) as client:
        client.chat.completions.create(model="footnote", messages=[orders, *LEAVE["messages"]])
    assert "pirate" not in json.dumps(model.requests)
    assert "20 weeks" in json.dumps(model.requests)


def test_streamed_and_whole_are_the_same_text(url: str, model: FakeOpenAI) -> None:
    model.will(Says([FIRST + SECOND]))
    text, proof, annotations = streamed(url)
    with asking(url) as client:
        whole = client.chat.completions.create(**LEAVE).choices[0].message
    assert whole.content == text
    assert text.startswith(" ".join(f"{s['text']} [{s['citations'][0]}]" for s in proof["sentences"]) + "\n\n[1] “")
    assert numbers(text, annotations) == ["[1]", "[2]"]
