"""Begins the bot, where there is one: nothing of Slack is loaded where there is none."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from service.running import Running

if TYPE_CHECKING:
    from service.channels.slack.bot import Bot


async def open_bot(running: Running) -> Bot | None:
    """The bot, listening; None where there is no token for one."""
    if not running.settings.slack.on:
        return None
    await asyncio.to_thread(_load)
    from service.channels.slack.bot import Bot

    bot = Bot(running)
    running.telemetry.watch(bot.health.count)
    running.readiness.watch(bot.health.warnings)
    await bot.start()
    return bot


def _load() -> None:
    """What takes a second to import."""
    import slack_bolt.adapter.socket_mode.aiohttp
    import slack_bolt.async_app  # noqa: F401
