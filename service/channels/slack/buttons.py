"""What buttons below answers do."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from service.channels.slack.contracts import Buttons

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp


def register(app: AsyncApp, buttons: Buttons) -> None:
    """Listen for them."""

    async def try_again(ack: Any, action: dict[str, Any]) -> None:
        await ack()
        if await asyncio.to_thread(buttons.asks.again, int(action["value"])):
            buttons.wake()

    app.action("try_again")(try_again)
