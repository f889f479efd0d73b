"""One question, every channel: the same sentences, the same quotes, the same outcome.

A channel is a line of `CHANNELS`: a function that asks over it and gives what it was told as a `Heard`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import httpx
import httpx2
import openai
import pytest
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client

from tests.fakes.browser import REQUIRED, THERE, Chat, chromium
from tests.fakes.openai_server import FakeOpenAI, Says, running
from tests.fakes.running_app import serving, settings_over
from tests.service.channels.conftest import ARTICLES, Served

QUESTIONS = {
    "How long is parental leave?": "answered",
    "How long is parental leave, and where is the parking garage?": "partial",
    "What is the wifi password?": "declined",
    "出差报销应当在多久内提交？": "answered",
    "员工每年享有多少天年假？健身房几点开门？": "partial",
    "公司停车场在哪里？": "declined",
}
_EVENT = re.compile(r"^event: (\w+)\ndata: (.+)$", re.MULTILINE)
# What the widget says of an outcome, and how its sentences are read with the numbers of their markers.
_LEADS = {"The articles do not answer this": "declined", "A part of the question is open": "partial"}
_SENTENCES = """(said) => {
  const sentences = [];
  for (const one of said.children) {
    if (one.matches("[part~=sentence]")) sentences.push([one.textContent.trim(), []]);
    for (const marker of one.querySelectorAll("[part~=marker]")) sentences.at(-1)[1].push(Number(marker.textContent));
  }
  return sentences;
}"""


@dataclass(frozen=True)
class Heard:
    """What a channel told: outcome, sentences with their numbers, quotes by number, and what a reader sees of it."""

    outcome: str
    sentences: tuple[tuple[str, tuple[int, ...]], ...]
    quotes: Mapping[int, tuple[str, int, int, int, str, str]]
    missing: tuple[str, ...]
    nearest: tuple[str, ...]
    shown: str


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


async def over_json(served: Served, question: str) -> Heard:
    async with httpx.AsyncClient(base_url=served.url, trust_env=False) as client:
        answer = (await client.post("/v1/ask", json={"question": question})).json()
    return heard(answer, answer["text"])


async def over_events(served: Served, question: str) -> Heard:
    async with httpx.AsyncClient(base_url=served.url, trust_env=False) as client:
        body = (await client.post("/v1/ask", json={"question": question, "stream": True})).text
    events = [(name, json.loads(data)) for name, data in _EVENT.findall(body)]
    whole = dict(events)["completed"]
    settled = [data["sentence"] for name, data in events if name == "sentence"]
    introduced = [c for name, data in events if name == "sentence" for c in data["citations"]]
    return heard({**whole, "sentences": settled, "citations": introduced}, whole["text"])


def asking(served: Served) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(
        base_url=f"{served.url}/v1", api_key="none", http_client=httpx.AsyncClient(trust_env=False)
    )


def said(question: str) -> dict[str, Any]:
    return {"model": "footnote", "messages": [{"role": "user", "content": question}]}


async def over_chat_completions(served: Served, question: str) -> Heard:
    async with asking(served) as client:
        made = await client.chat.completions.create(**said(question))
    message, told = made.choices[0].message, made.model_extra["footnote"]
    assert (message.refusal is None) == (told["outcome"] != "declined")
    assert_marked(message.content, [a.model_dump() for a in message.annotations], told)
    return heard(told, message.content)


async def over_a_stream_of_chunks(served: Served, question: str) -> Heard:
    text, told, annotations = "", {}, []
    async with asking(served) as client:
        async for chunk in await client.chat.completions.create(**said(question), stream=True):
            text += chunk.choices[0].delta.content or ""
            told = chunk.model_extra.get("footnote") or told
            annotations = chunk.choices[0].delta.model_extra.get("annotations") or annotations
    assert_marked(text, annotations, told)
    return heard(told, text)


async def over_mcp(served: Served, question: str) -> Heard:
    async with (
        httpx2.AsyncClient(trust_env=False) as http,
        Client(streamable_http_client(f"{served.url}/mcp", http_client=http)) as client,
    ):
        made = await client.call_tool("ask", {"question": question})
    return heard(made.structured_content, made.content[0].text)


async def over_the_widget(served: Served, question: str) -> Heard:
    """What somebody reads on a page, opens at its markers and copies; a page of the service's own needs no origin."""
    page = f'<!doctype html><html lang="en"><body><script src="{served.url}/widget.js" data-mode="inline"></script>'
    async with chromium() as browser:
        context = await browser.new_context(permissions=["clipboard-read", "clipboard-write"])
        await context.route("**/host", lambda route: route.fulfill(body=page, content_type="text/html"))
        chat = Chat(await context.new_page())
        await chat.page.goto(f"{served.url}/host")
        answer = await chat.ask(question)
        said, text = answer.locator("[part~=sentences]"), await answer.inner_text()
        sentences = await said.evaluate(_SENTENCES) if await said.count() else []
        quotes = {n: await opened(chat, n) for n in sorted({n for _, numbers in sentences for n in numbers})}
        missing = answer.locator("section").filter(has_text="What is missing").locator("p")
        nearest = [urlsplit(str(await a.get_attribute("href"))) for a in await chat.part("nearest").locator("a").all()]
        await chat.part("copy").click()
        return Heard(
            next((outcome for says, outcome in _LEADS.items() if says in text), "answered"),
            tuple((text, tuple(numbers)) for text, numbers in sentences),
            quotes,
            tuple(await missing.all_inner_texts()),
            tuple(unquote(link.path.removeprefix("/articles/")) for link in nearest),
            str(await chat.page.evaluate("navigator.clipboard.readText()")),
        )


async def opened(chat: Chat, number: int) -> tuple[str, int, int, int, str, str]:
    """A citation as the popover at its marker shows it."""
    marker = chat.answer.locator("[part~=sentences] [part~=marker]").filter(has_text=re.compile(rf"^{number}$")).first
    await marker.click()
    link = urlsplit(str(await chat.popover.locator("a").first.get_attribute("href")))
    at = {name: int(values[0]) for name, values in parse_qs(link.query).items()}
    quote, title = await chat.part("quote").inner_text(), await chat.popover.locator("p").first.inner_text()
    await chat.page.keyboard.press("Escape")
    article = unquote(link.path.removeprefix("/articles/"))
    return article, at["version"], at["start"], at["end"], quote, title


def assert_marked(text: str, annotations: list[dict[str, Any]], told: Mapping[str, Any]) -> None:
    """The annotations stand on the markers of the sentences, in their order, and name what those cite."""
    marks = [
        (text[a["url_citation"]["start_index"] : a["url_citation"]["end_index"]], a["url_citation"]["url"])
        for a in annotations
    ]
    links = {c["number"]: c["link"] for c in told["citations"]}
    assert marks == [(f"[{n}]", links[n]) for s in told["sentences"] for n in s["citations"]]


CHANNELS: Mapping[str, Callable[[Served, str], Awaitable[Heard]]] = {
    "json": over_json,
    "events": over_events,
    "chat completions": over_chat_completions,
    "chunks of chat completions": over_a_stream_of_chunks,
    "mcp": over_mcp,
    **({"widget": over_the_widget} if THERE or REQUIRED else {}),
}


@pytest.mark.parametrize(("question", "outcome"), QUESTIONS.items())
async def test_every_channel_tells_the_same(served: Served, question: str, outcome: str) -> None:
    told = {name: await channel(served, question) for name, channel in CHANNELS.items()}
    first = told["json"]
    assert first.outcome == outcome
    for name, one in told.items():
        assert (name, one.outcome, one.missing, one.nearest) == (name, first.outcome, first.missing, first.nearest)
        assert (name, one.sentences, one.quotes) == (name, first.sentences, first.quotes)
        assert one.shown.startswith(first.shown), name
    assert len({told[name].shown for name in ("chat completions", "chunks of chat completions", "mcp")}) == 1


@pytest.fixture
def model() -> Iterator[FakeOpenAI]:
    with running() as fake:
        yield fake


async def test_every_channel_tells_the_same_of_what_a_model_wrote(model: FakeOpenAI, tmp_path: Path) -> None:
    model.will(Says(["Parental leave is 20 weeks at full pay [1].", " It may be taken in up to three parts [1]."]))
    chat = {"base_url": model.url, "model": "fake", "api_key": "k"}
    settings = settings_over(tmp_path, ARTICLES, chat=chat, cache={"enabled": False})
    with serving(settings) as url:
        told = [await channel(Served(url, settings), "How long is parental leave?") for channel in CHANNELS.values()]
    assert len(model.requests) == len(CHANNELS)
    assert [(one.outcome, one.sentences, one.quotes) for one in told] == [
        (told[0].outcome, told[0].sentences, told[0].quotes)
    ] * len(CHANNELS)
    assert "It may be taken in up to three parts" in told[0].shown


@pytest.mark.parametrize("name", CHANNELS)
async def test_every_quote_stands_in_its_article(served: Served, name: str) -> None:
    one = await CHANNELS[name](served, "How long is parental leave?")
    assert one.quotes
    async with httpx.AsyncClient(base_url=served.url, trust_env=False) as client:
        for article_id, version, start, end, quote, _ in one.quotes.values():
            article = (await client.get(f"/v1/articles/{article_id}", params={"version": version})).json()
            assert article["text"][start:end] == quote
