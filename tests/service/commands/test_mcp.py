"""`footnote mcp` with the official client over stdin and stdout: as the only process, and beside a service."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from service.settings import Settings
from tests.fakes.running_app import settings_over
from tests.fakes.serving import environment, serving

FOOTNOTE = Path(sys.executable).with_name("footnote")
ARTICLES = [
    {"id": "canteen", "title": "Canteen", "text": "The canteen opens at noon and closes at three."},
    {"id": "fund", "title": "Fund", "text": "The zeppelin fund holds nine million.", "groups": ["board"]},
]
OPENS = {"question": "When does the canteen open?"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_over(tmp_path, ARTICLES)


@asynccontextmanager
async def agent(settings: Settings, *options: str, errors: Path | None = None) -> AsyncIterator[Client]:
    arguments = ["mcp", "--data", str(settings.data), *options]
    server = StdioServerParameters(command=str(FOOTNOTE), args=arguments, env=environment())
    with (errors or Path(os.devnull)).open("w") as stderr:
        async with Client(stdio_client(server, errlog=stderr)) as client:
            yield client


async def called(client: Client, tool: str, **arguments: Any) -> str:
    made = await client.call_tool(tool, arguments)
    return "\n".join(block.text for block in made.content) + json.dumps(made.structured_content)


async def footnote(settings: Settings, *arguments: str) -> str:
    done = await asyncio.to_thread(
        subprocess.run,
        [FOOTNOTE, *arguments, "--data", str(settings.data)],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


async def test_an_agent_asks_searches_and_reads_and_commands_go_on_working(settings: Settings, tmp_path: Path) -> None:
    async with agent(settings) as client:
        made = await client.call_tool("ask", OPENS)
        assert made.structured_content["outcome"] == "answered"
        assert made.content[0].text.startswith("The canteen opens at noon and closes at three. [1]")
        assert "opens at noon" in await called(client, "search", question="canteen")
        assert "opens at noon" in await called(client, "read_article", article_id="canteen")
        assert "is missing" in await called(client, "ask")
        new = tmp_path / "sauna.txt"
        new.write_text("The sauna opens at six.")
        await footnote(settings, "ingest", str(new))
        assert "opens at six" in await called(client, "ask", question="When does the sauna open?")
        async with agent(settings) as second:
            assert "opens at noon" in await called(second, "ask", **OPENS)


async def test_through_the_service_that_runs(settings: Settings, tmp_path: Path) -> None:
    errors = tmp_path / "errors.txt"
    with serving(settings.data) as service:
        async with agent(settings, errors=errors) as client:
            made = await client.call_tool("ask", OPENS)
            assert f"{service.url}/articles/canteen?version=1" in made.content[0].text
            assert "opens at noon" in await called(client, "search", question="canteen", limit=1)
            assert "opens at noon" in await called(client, "read_article", article_id="canteen")
            assert "The question is empty" in await called(client, "ask", question=" ")
    assert f"through the service at {service.url}" in errors.read_text()


@pytest.mark.slow
@pytest.mark.parametrize("beside", [True, False])
async def test_groups_are_named_and_no_others_seen(settings: Settings, beside: bool) -> None:
    async def seen(*options: str) -> list[bool]:
        async with agent(settings, *options) as client:
            said = [
                await called(client, "ask", question="What does the zeppelin fund hold?"),
                await called(client, "search", question="zeppelin fund"),
                await called(client, "read_article", article_id="fund"),
            ]
        return ["nine million" in text for text in said]

    async def both() -> None:
        assert await seen() == [False, False, False]
        assert await seen("--group", "board") == [True, True, True]

    if beside:
        with serving(settings.data):
            await both()
    else:
        await both()


@pytest.mark.parametrize("ends", ["stdin", "signal"])
def test_it_ends_with_its_client_and_gives_the_folder_back(settings: Settings, ends: str) -> None:
    command = [FOOTNOTE, "mcp", "--data", str(settings.data)]
    process = subprocess.Popen(command, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None and process.stdout is not None
    start = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
    call = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": start}
    process.stdin.write(json.dumps(call).encode() + b"\n")
    process.stdin.flush()
    assert json.loads(process.stdout.readline())["result"]["serverInfo"]["name"] == "footnote"
    if ends == "stdin":
        process.stdin.close()
    else:
        process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    assert process.stdout.read() == b""
    assert json.loads((settings.data / "owner.lock").read_text()) == {}


def test_a_folder_that_is_busy_is_said_on_stderr(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    done = subprocess.run(
        [FOOTNOTE, "mcp", "--data", str(file)], env=environment(), capture_output=True, text=True, timeout=60, input=""
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "there is a file in its place" in done.stderr
    assert "Traceback" not in done.stderr
