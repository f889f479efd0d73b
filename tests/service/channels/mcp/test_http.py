"""The official client over streamable HTTP, in both of the protocol's forms: with a handshake and without."""

from __future__ import annotations

import asyncio
import http.client
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
import httpx2
import jsonschema
import pytest
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client

from tests.fakes.openai_server import FakeOpenAI, Says, Stalls, running
from tests.fakes.running_app import serving, settings_over
from tests.fakes.serving import until
from tests.service.channels.conftest import ARTICLES, Served

LEAVE = {"question": "How long is parental leave?"}
CALL = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/call",
    "params": {"name": "ask", "arguments": LEAVE, "_meta": {"progressToken": 1}},
}
HEADERS = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}


@asynccontextmanager
async def connected(url: str, key: str | None = None, mode: Any = "auto") -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with (
        httpx2.AsyncClient(headers=headers, trust_env=False, timeout=30) as http,
        Client(streamable_http_client(f"{url}/mcp", http_client=http), mode=mode) as client,
    ):
        yield client


@pytest.fixture(params=["auto", "legacy"])
def mode(request: pytest.FixtureRequest) -> Any:
    return request.param


def text_of(result: Any) -> str:
    return "\n".join(block.text for block in result.content)


async def test_an_agent_finds_three_tools_that_only_read(served: Served, mode: Any) -> None:
    async with connected(served.url, mode=mode) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert set(tools) == {"ask", "search", "read_article"}
    for tool in tools.values():
        assert tool.annotations.read_only_hint
        assert tool.description
        assert tool.output_schema["type"] == "object"
        assert all("description" in json.dumps(field) for field in tool.input_schema["properties"].values())


async def test_an_answer_is_text_with_footnotes_and_data_with_quotes(served: Served, mode: Any) -> None:
    heard = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        heard.append(message)

    async with connected(served.url, mode=mode) as client:
        made = await client.call_tool("ask", LEAVE, progress_callback=hear)
        schema = {tool.name: tool for tool in (await client.list_tools()).tools}["ask"].output_schema
    data = made.structured_content
    jsonschema.validate(data, schema)
    assert text_of(made).startswith("Parental leave is 20 weeks at full pay. [1]")
    assert f"[1] “{data['citations'][0]['quote']}” — Parental leave, {served.url}/articles/" in text_of(made)
    assert (data["outcome"], made.is_error) == ("answered", False)
    assert heard == [s["text"] for s in data["sentences"]]


async def test_a_follow_up_names_its_conversation(served: Served) -> None:
    async with connected(served.url) as client:
        first = (await client.call_tool("ask", LEAVE)).structured_content
        then = {"question": "In how many parts may it be taken?", "conversation_id": first["conversation_id"]}
        second = (await client.call_tool("ask", then)).structured_content
    assert second["standalone_question"] == "In how many parts may parental leave be taken?"


async def test_what_is_not_answered_is_no_error(served: Served) -> None:
    async with connected(served.url) as client:
        made = await client.call_tool("ask", {"question": "Why is the sky blue?", "language": "zh-CN"})
    assert (made.structured_content["outcome"], made.is_error) == ("declined", False)
    assert "现有文章没有回答这个问题" in text_of(made)


async def test_a_passage_that_was_found_is_where_it_says(served: Served) -> None:
    async with connected(served.url) as client:
        found = (await client.call_tool("search", {"question": "parental leave", "limit": 2})).structured_content[
            "hits"
        ]
        read = (await client.call_tool("read_article", {"article_id": found[0]["article_id"]})).structured_content
    assert len(found) == 2
    assert read["text"][found[0]["start"] : found[0]["end"]] == found[0]["text"]
    async with httpx.AsyncClient(trust_env=False) as browser:
        assert (await browser.get(found[0]["link"])).status_code == 200


async def test_part_of_an_article_is_read(served: Served) -> None:
    async with connected(served.url) as client:
        asked = {"article_id": "parental-leave", "version": 1, "start": 18, "end": 26}
        read = await client.call_tool("read_article", asked)
    assert read.structured_content["text"] == "20 weeks"
    assert read.structured_content["next_start"] == 26
    assert "read on with start=26" in text_of(read)


@pytest.mark.parametrize(
    ("tool", "arguments", "says"),
    [
        ("ask", {"question": " "}, "The question is empty: write what you want to know."),
        ("ask", {}, "question is missing."),
        ("ask", {"question": "Why?", "conversation_id": "../x"}, "conversation_id does not fit"),
        ("search", {"question": "leave", "limit": 0}, "limit does not fit: Input should be greater than or equal to 1"),
        ("read_article", {"article_id": "nothing"}, "There is no such article"),
        ("read_article", {"article_id": "board/minutes"}, "There is no such article"),
        ("read_article", {"article_id": "parental-leave", "version": 9}, "There is no such article"),
        ("read_article", {"article_id": "parental-leave", "start": 900}, "There are no characters 900 to 154"),
        ("read_article", {"article_id": "parental-leave", "start": 9, "end": 9}, "There are no characters 9 to 9"),
    ],
)
async def test_what_goes_wrong_is_a_sentence(served: Served, tool: str, arguments: dict[str, Any], says: str) -> None:
    async with connected(served.url) as client:
        made = await client.call_tool(tool, arguments)
    assert made.is_error
    assert text_of(made).startswith(says)


async def test_a_key_decides_which_articles_exist(served: Served) -> None:
    async def told(key: str | None) -> str:
        async with connected(served.url, key) as client:
            calls = [
                await client.call_tool("ask", {"question": "What did the board buy?"}),
                await client.call_tool("search", {"question": "What did the board buy?"}),
                await client.call_tool("read_article", {"article_id": "board/minutes"}),
            ]
        return "\n".join(text_of(c) + json.dumps(c.structured_content) for c in calls)

    assert "zeppelin" not in await told(None)
    assert (await told(served.key("board"))).count("zeppelin") >= 3


async def test_a_key_that_may_not_ask_is_told_so(served: Served) -> None:
    async with connected(served.url, served.key("public", scopes=("ingest",))) as client:
        made = await client.call_tool("ask", LEAVE)
    assert made.is_error
    assert "needs the scope ask" in text_of(made)


def posted(url: str, body: Any = CALL, method: str = "POST", **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx.request(
        method, f"{url}/mcp", content=content, headers={**HEADERS, **headers}, trust_env=False, timeout=60
    )


def test_who_does_not_show_who_they_are_is_refused_before_anything_is_read(guarded: Served) -> None:
    for headers in ({}, {"Authorization": "Bearer fn_wrong"}):
        made = posted(guarded.url, **headers)
        assert (made.status_code, made.headers["www-authenticate"]) == (401, "Bearer")
    key = {"Authorization": f"Bearer {guarded.key()}"}
    assert "20 weeks" in posted(guarded.url, **key).text
    too_often = [posted(guarded.url, **key).text for _ in range(3)]
    assert "Try again in" in too_often[-1]


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://evil.example:8000", "null", "http://localhost.evil"]
)
def test_pages_of_other_sites_are_refused(served: Served, origin: str) -> None:
    assert posted(served.url, Origin=origin).status_code == 403


def test_pages_on_this_machine_may_ask(served: Served) -> None:
    assert "20 weeks" in posted(served.url, Origin="http://localhost:6274").text


def test_there_are_no_sessions_to_listen_to(served: Served) -> None:
    for method in ("GET", "DELETE"):
        made = posted(served.url, method=method)
        assert (made.status_code, made.headers["allow"]) == (405, "POST")
    assert "mcp-session-id" not in posted(served.url).headers


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'{"jsonrpc": "2.0"}', b"[" * 20_000, b"\xff\xfe", b" " * 950_000]
)
@pytest.mark.parametrize("version", ["2025-11-25", "2026-07-28", "1999-01-01"])
def test_no_body_breaks_it(served: Served, body: bytes, version: str) -> None:
    made = posted(served.url, body, **{"MCP-Protocol-Version": version})
    assert 400 <= made.status_code < 500
    assert "Traceback" not in made.text


@pytest.fixture(scope="module")
def model() -> Iterator[FakeOpenAI]:
    with running() as fake:
        yield fake


@pytest.fixture(scope="module")
def with_a_model(model: FakeOpenAI, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    chat = {"base_url": model.url, "model": "fake", "api_key": "k"}
    with serving(settings_over(tmp_path_factory.mktemp("with-a-model"), ARTICLES, chat=chat)) as address:
        yield address


@pytest.mark.parametrize("version", ["2025-11-25", "2026-07-28"])
def test_a_client_that_leaves_stops_the_model(with_a_model: str, model: FakeOpenAI, version: str) -> None:
    model.will(Says(["Parental leave is 20 weeks at full pay [1]."]))
    assert "20 weeks" in posted(with_a_model).text  # everything is loaded now
    model.will(Stalls(["Parental leave is 20 weeks at full pay [1].", " and"]))
    model.hung_up.clear()
    meta = {
        "io.modelcontextprotocol/protocolVersion": version,
        "io.modelcontextprotocol/clientInfo": {"name": "t", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    body = {**CALL, "params": {"name": "ask", "arguments": {"question": "What is parental leave?"}, "_meta": meta}}
    headers = {"MCP-Protocol-Version": version, "Mcp-Method": "tools/call", "Mcp-Name": "ask"}
    asked = len(model.requests)
    connection = http.client.HTTPConnection(urlsplit(with_a_model).netloc, timeout=60)
    connection.request("POST", "/mcp", json.dumps(body), {**HEADERS, **headers})
    until(lambda: len(model.requests) > asked)  # who leaves before the model is asked stops nothing
    connection.close()
    assert model.hung_up.wait(10)  # by the silence alone, after 15 s


async def test_many_at_once(served: Served) -> None:
    async def one(n: int) -> str:
        async with connected(served.url) as client:
            return text_of(await client.call_tool("read_article", {"article_id": f"memo-{n % 6}"}))

    read = await asyncio.gather(*(one(n) for n in range(12)))
    assert all(f"floor {n % 6}" in text for n, text in enumerate(read))
