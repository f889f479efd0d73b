"""`footnote slack`: the bot of a Slack workspace, over a WebSocket that this machine opens."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

import typer

from ingest.commands import shared

if TYPE_CHECKING:
    from service.settings import Settings


def slack(data: shared.Data = None) -> None:
    """Answer in Slack, over a WebSocket: no address of this machine has to be reachable."""
    from service.settings import Settings

    with shared.told():
        settings = Settings.load(data=data)
        from service.telemetry.logs import set_up

        set_up(settings)
        _check(settings)
        _nobody_else(settings)
        asyncio.run(_served(settings))


def _check(settings: Settings) -> None:
    from service.errors import FootnoteError

    missing = [
        f"FOOTNOTE_SLACK__{name.upper()}" for name in ("bot_token", "app_token") if not getattr(settings.slack, name)
    ]
    if missing:
        raise FootnoteError(
            f"Slack cannot be listened to without {' and '.join(missing)}: docs/slack.md says where to find them."
        )


def _nobody_else(settings: Settings) -> None:
    """A service that owns the data folder answers in Slack itself."""
    from ingest.index.owner import InUse
    from service.errors import FootnoteError

    try:
        with shared.owned(settings, "footnote slack"):
            return
    except InUse as busy:
        if busy.running is None:
            raise
        raise FootnoteError(
            f"A service runs on this data folder at {busy.running.address}, and answers in Slack itself: set "
            "FOOTNOTE_SLACK__BOT_TOKEN and FOOTNOTE_SLACK__APP_TOKEN where it is started, and start it anew."
        ) from None


async def _served(settings: Settings) -> None:
    """Until a signal. A service runs beside it, which commands on the data folder go through."""
    from service.serving.run import beside

    told, loop = asyncio.Event(), asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, told.set)
    async with beside(settings):
        typer.echo("footnote: answering in Slack; Ctrl-C stops it.", err=True)
        await told.wait()
