"""What a stream of chunks says while nothing comes, and when there is no answer after all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager

import httpx
import openai
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from service.answer import AnswerEvent, Failed, Sentence, Settled, Started
from service.channels.openai_api.stream import ChunkStream
from tests.fakes.loopback import listening

STARTED = Started("ans_1", "con_1", "Why?", "en")
SETTLED = Settled(Sentence("Because.", (), "supported", 1.0), ())


@contextmanager
def streaming(*events: AnswerEvent | float | Exception) -> Iterator[str]:
    """Streams these events, is silent for so many seconds, or breaks."""

    async def made() -> AsyncGenerator[AnswerEvent, None]:
        for event in events:
            if isinstance(event, float):
                await asyncio.sleep(event)
            elif isinstance(event, Exception):
                raise event
            else:
                yield event

    async def answer(_: Request) -> ChunkStream:
        return ChunkStream(made(), "http://here", False, "req_1", ping=0.02)

    with listening(Starlette(routes=[Route("/v1/chat/completions", answer, methods=["POST"])])) as url:
        yield url


def read(url: str) -> str:
    """The text of the stream."""
    with openai.OpenAI(
        base_url=f"{url}/v1", api_key="none", max_retries=0, http_client=httpx.Client(trust_env=False)
    ) as client:
        asked = [{"role": "user", "content": "Why?"}]
        chunks = client.chat.completions.create(model="footnote", messages=asked, stream=True)
        return "".join(chunk.choices[0].delta.content or "" for chunk in chunks)


def test_silence_is_filled_with_comments_that_clients_pass_over() -> None:
    with streaming(STARTED, 0.1, SETTLED) as url:
        assert read(url) == "Because."
        body = httpx.post(f"{url}/v1/chat/completions", trust_env=False).text
    assert body.count("\n\n: ping\n\n") + body.count(": ping\n\n: ping") >= 2
    assert body.endswith("data: [DONE]\n\n")


@pytest.mark.parametrize(
    ("event", "says"),
    [
        (Failed("", "catalogue.db is damaged", 503), "The articles cannot be searched now"),
        (Failed("", "", 500), "Something went wrong"),
        (Failed("", "The question is too long.", 422), "The question is too long."),
        (KeyError("secret"), "Something went wrong"),
    ],
)
def test_an_answer_that_breaks_off_is_an_error_of_the_client(event: Failed | Exception, says: str) -> None:
    with streaming(STARTED, SETTLED, event) as url, pytest.raises(openai.APIError, match=says) as raised:
        read(url)
    assert "damaged" not in str(raised.value.body)
    assert "secret" not in str(raised.value.body)
