"""What Slack puts off."""

from __future__ import annotations

import asyncio
import time
from collections import deque

import pytest
from slack_sdk.errors import SlackApiError

from service.channels.slack.client import PacedClient
from tests.fakes.slack.server import BOT_TOKEN, FakeSlack, fake_slack


def test_nothing_is_sent_before_the_time_that_slack_named_and_everything_after_it() -> None:
    with fake_slack() as slack:
        slack.channel("C1")
        slack.limits["chat.postMessage"] = 5

        async def all_at_once() -> None:
            client = PacedClient(BOT_TOKEN, base_url=slack.api)
            await asyncio.gather(*(client.chat_postMessage(channel="C1", text=f"{n}") for n in range(9)))

        asyncio.run(all_at_once())
        assert {m["text"] for m in slack.workspace.channels["C1"].messages.values()} == {f"{n}" for n in range(9)}
        assert slack.counted["chat.postMessage"] > 9  # some were put off
        assert slack.violations == []


def test_what_one_channel_has_to_wait_for_does_not_hold_up_another() -> None:
    with fake_slack() as slack:
        slack.channel("C1"), slack.channel("C2")
        slack.limits["chat.postMessage"] = 1

        async def two() -> float:
            client = PacedClient(BOT_TOKEN, base_url=slack.api)
            await client.chat_postMessage(channel="C1", text="first")
            waiting = asyncio.create_task(client.chat_postMessage(channel="C1", text="second"))
            await asyncio.sleep(0.1)
            began = time.monotonic()
            await client.chat_postMessage(channel="C2", text="elsewhere")
            took = time.monotonic() - began
            await waiting
            return took

        assert asyncio.run(two()) < 0.5
        assert slack.violations == []


def test_who_cannot_wait_that_long_is_told_so_at_once() -> None:
    with fake_slack() as slack:
        slack.user("U1")
        slack.limits["users.info"] = 0

        async def ask() -> None:
            client = PacedClient(BOT_TOKEN, base_url=slack.api)
            client.patience = 0.5
            with pytest.raises(SlackApiError, match="ratelimited"):
                await client.users_info(user="U1")

        asyncio.run(ask())
        assert slack.counted["users.info"] == 1


def test_other_refusals_come_back_as_they_are() -> None:
    with fake_slack() as slack:
        slack.faults["users.info"] = deque(["user_not_found"])
        assert asyncio.run(_refused(slack)) == "user_not_found"
        assert slack.counted["users.info"] == 1


async def _refused(slack: FakeSlack) -> str:
    with pytest.raises(SlackApiError) as told:
        await PacedClient(BOT_TOKEN, base_url=slack.api).users_info(user="U1")
    return str(told.value.response["error"])
