"""The fake Slack names every rule that is broken: what other tests rely on."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.loopback import listening
from tests.fakes.slack.server import BOT_TOKEN, ON_ITS_WAY, FakeSlack, fake_slack
from tests.service.channels.slack.conftest import eventually


@pytest.fixture
def strict() -> Iterator[FakeSlack]:
    with fake_slack() as one:
        one.user("U1")
        one.channel("C1", "U1")
        yield one


@pytest.fixture
async def client(strict: FakeSlack) -> AsyncIterator[AsyncWebClient]:
    yield AsyncWebClient(BOT_TOKEN, base_url=strict.api)


def section(text: str) -> list[dict[str, Any]]:
    return [{"type": "section", "text": {"type": "mrkdwn", "text": text}}]


@pytest.mark.parametrize(
    ("method", "arguments", "error", "rule"),
    [
        ("chat.postMessage", {"text": "x", "blocks": section("a" * 3001)}, "invalid_blocks", "3001 characters"),
        ("chat.postMessage", {"text": "x", "blocks": section("a") * 51}, "invalid_blocks", "51 blocks"),
        ("chat.postMessage", {"text": "x", "blocks": section("a < b")}, "invalid_blocks", "not escaped"),
        ("chat.postMessage", {"blocks": section("a")}, "no_text", "without a text"),
        ("chat.postMessage", {"markdown_text": "a" * 12_001}, "msg_too_long", "12001"),
        ("chat.startStream", {"thread_ts": "{ts}"}, "missing_recipient_user_id", "recipient_user_id"),
        ("chat.update", {"ts": "{ts}", "text": "x"}, "cant_update_message", "somebody else"),
        ("views.open", {"trigger_id": "made.up", "view": {"type": "modal", "title": {"text": "x"}, "blocks": []}},
         "invalid_trigger_id", "a trigger"),
        ("chat.postMesage", {"text": "x"}, "unknown_method", "no such method"),
    ],
)  # fmt: skip
async def test_what_slack_refuses_is_refused_and_named(
    strict: FakeSlack, client: AsyncWebClient, method: str, arguments: dict[str, Any], error: str, rule: str
) -> None:
    ts = strict.says("U1", "C1", "hello")
    told = {name: ts if value == "{ts}" else value for name, value in arguments.items()}
    with pytest.raises(SlackApiError) as refused:
        await client.api_call(method, json={"channel": "C1", **told})
    assert refused.value.response["error"] == error
    (named,) = strict.violations
    assert rule in named


async def test_a_stream_has_a_beginning_and_an_end(strict: FakeSlack, client: AsyncWebClient) -> None:
    ts = strict.says("U1", "C1", "hello")
    to: Any = {"recipient_user_id": "U1", "recipient_team_id": "T0HOME"}
    stream = await client.chat_startStream(channel="C1", thread_ts=ts, markdown_text="a", **to)
    with pytest.raises(SlackApiError, match="streaming_state_conflict"):
        await client.chat_update(channel="C1", ts=stream["ts"], text="b")
    await client.chat_stopStream(channel="C1", ts=stream["ts"], markdown_text="c")
    with pytest.raises(SlackApiError, match="message_not_in_streaming_state"):
        await client.chat_appendStream(channel="C1", ts=stream["ts"], markdown_text="d")
    assert [m["text"] for m in strict.thread("C1", ts)] == ["ac"]


async def test_who_does_not_wait_as_long_as_slack_says_is_named(strict: FakeSlack) -> None:
    strict.limits["chat.postMessage"] = 1
    async with httpx.AsyncClient(trust_env=False) as raw:
        shown = {"Authorization": f"Bearer {BOT_TOKEN}"}
        address, said = f"{strict.api}chat.postMessage", {"channel": "C1", "text": "x"}
        made = [await raw.post(address, json=said, headers=shown) for _ in range(2)]
        await asyncio.sleep(ON_ITS_WAY)
        made.append(await raw.post(address, json=said, headers=shown))
    assert [one.status_code for one in made] == [200, 429, 429]
    assert made[1].headers["Retry-After"] == "1"
    assert strict.violations == ["chat.postMessage: called again before Retry-After had passed"]


@pytest.mark.slow
def test_who_acknowledges_late_is_named_and_told_again(strict: FakeSlack) -> None:
    heard: list[bytes | None] = []
    late = threading.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        heard.append(dict(scope["headers"]).get(b"x-slack-retry-num"))
        if not late.is_set():
            late.set()
            await asyncio.sleep(3.3)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    with listening(app) as address:
        strict.delivery.addresses = [address]
        strict.says("U1", "C1", "hello")
        eventually(lambda: len(heard) == 2)
        strict.settle()
    assert heard == [None, b"1"]
    assert strict.violations == ["events_api was not acknowledged within 3 seconds"]
