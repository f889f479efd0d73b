"""LlamaIndex's `OpenAILike`, unchanged."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from llama_index.core.base.llms.types import ChatMessage
from llama_index.llms.openai_like import OpenAILike

from tests.service.channels.conftest import Served

LEAVE = [ChatMessage(role="user", content="How long is parental leave?")]
ANSWER = "Parental leave is 20 weeks at full pay. [1]"


@pytest.fixture
def llm(served: Served) -> Any:
    return OpenAILike(
        model="footnote",
        api_base=f"{served.url}/v1",
        api_key="none",
        is_chat_model=True,
        http_client=httpx.Client(trust_env=False),
        async_http_client=httpx.AsyncClient(trust_env=False),
    )


def test_chat_and_complete(llm: Any) -> None:
    made = llm.chat(LEAVE)
    assert made.message.content.startswith(ANSWER)
    assert made.raw.model_extra["footnote"]["outcome"] == "answered"
    assert llm.complete("How long is parental leave?").text == made.message.content


def test_stream_chat(llm: Any) -> None:
    parts = list(llm.stream_chat(LEAVE))
    assert parts[-1].message.content == "".join(p.delta or "" for p in parts) == llm.chat(LEAVE).message.content


async def test_asynchronous(llm: Any) -> None:
    made = await llm.achat(LEAVE)
    assert made.message.content.startswith(ANSWER)
    streamed = [part async for part in await llm.astream_chat(LEAVE)]
    assert streamed[-1].message.content == made.message.content


def test_a_conversation(llm: Any) -> None:
    said = [*LEAVE, llm.chat(LEAVE).message, ChatMessage(role="user", content="Who has to be told, and when?")]
    assert (
        llm.chat([*said[:2], ChatMessage(role="user", content="In how many parts may it be taken?")]).raw.model_extra[
            "footnote"
        ]["standalone_question"]
        == "In how many parts may parental leave be taken?"
    )
