"""What an answer is to whoever asks over the service's interfaces: JSON, events, chat completions, MCP."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import httpx2
import openai
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client

COURTESIES = ("Thanks!", "谢谢！")
_EVENT = re.compile(r"^event: (\w+)\ndata: (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Heard:
    """What a channel told.

    Outcome, sentences with their numbers, and by number what is cited: article, version, start, end, quote, title.
    `shown` is all that a reader sees; None where it is shown in pieces that are told here one by one.
    """

    outcome: str
    sentences: tuple[tuple[str, tuple[int, ...]], ...]
    quotes: Mapping[int, tuple[str, int, int, int, str, str]]
    missing: tuple[str, ...]
    nearest: tuple[str, ...]
    shown: str | None


def heard(told: Mapping[str, Any], shown: str) -> Heard:
    """Of an answer, or of its proof, as JSON."""
    return Heard(
        told["outcome"],
        tuple((s["text"], tuple(s["citations"])) for s in told["sentences"]),
        {
            c["number"]: (c["article_id"], c["version"], c["start"], c["end"], c["quote"], c["title"])
            for c in told["citations"]
        },
        tuple(told["missing"]),
        tuple(n["article_id"] for n in told["nearest"]),
        shown,
    )


async def over_json(url: str, question: str) -> Heard:
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        answer = (await client.post("/v1/ask", json={"question": question})).json()
    return heard(answer, answer["text"])


async def over_events(url: str, question: str) -> Heard:
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        body = (await client.post("/v1/ask", json={"question": question, "stream": True})).text
    events = [(name, json.loads(data)) for name, data in _EVENT.findall(body)]
    whole = dict(events)["completed"]
    settled = [data["sentence"] for name, data in events if name == "sentence"]
    introduced = [c for name, data in events if name == "sentence" for c in data["citations"]]
    return heard({**whole, "sentences": settled, "citations": introduced}, whole["text"])


def asking(url: str) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(base_url=f"{url}/v1", api_key="none", http_client=httpx.AsyncClient(trust_env=False))


def said(question: str) -> dict[str, Any]:
    return {"model": "footnote", "messages": [{"role": "user", "content": question}]}


async def over_chat_completions(url: str, question: str) -> Heard:
    async with asking(url) as client:
        made = await client.chat.completions.create(**said(question))
    message, told = made.choices[0].message, made.model_extra["footnote"]
    # What is only courtesy is answered in kind: nothing was asked that could be refused.
    assert (message.refusal is None) == (told["outcome"] != "declined" or question in COURTESIES)
    assert_marked(message.content, [a.model_dump() for a in message.annotations], told)
    return heard(told, message.content)


async def over_a_stream_of_chunks(url: str, question: str) -> Heard:
    text, told, annotations = "", {}, []
    async with asking(url) as client:
        async for chunk in await client.chat.completions.create(**said(question), stream=True):
            text += chunk.choices[0].delta.content or ""
            told = chunk.model_extra.get("footnote") or told
            annotations = chunk.choices[0].delta.model_extra.get("annotations") or annotations
    assert_marked(text, annotations, told)
    return heard(told, text)


async def over_mcp(url: str, question: str) -> Heard:
    async with (
        httpx2.AsyncClient(trust_env=False) as http,
        Client(streamable_http_client(f"{url}/mcp", http_client=http)) as client,
    ):
        made = await client.call_tool("ask", {"question": question})
    return heard(made.structured_content, made.content[0].text)


def assert_marked(text: str, annotations: list[dict[str, Any]], told: Mapping[str, Any]) -> None:
    """The annotations stand on the markers of the sentences, in their order, and name what those cite."""
    marks = [
        (text[a["url_citation"]["start_index"] : a["url_citation"]["end_index"]], a["url_citation"]["url"])
        for a in annotations
    ]
    links = {c["number"]: c["link"] for c in told["citations"]}
    assert marks == [(f"[{n}]", links[n]) for s in told["sentences"] for n in s["citations"]]
