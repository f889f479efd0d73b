"""`/slack/events`: what Slack sends over HTTP, signed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

if TYPE_CHECKING:
    from service.channels.slack.bot import Bot


async def events(request: Request) -> Response:
    """Events, commands, and what is pressed.

    Raises:
        HTTPException: 404 where there is no bot, or no secret to check a signature with; 401 for what was sent before.
    """
    bot: Bot | None = getattr(request.state, "slack", None)
    if bot is None or not bot.signed:
        raise HTTPException(404)
    from slack_bolt.adapter.starlette.async_handler import to_async_bolt_request, to_starlette_response

    body = await request.body()
    asked = to_async_bolt_request(request, body)
    signature = request.headers.get("x-slack-signature", "")
    if not bot.verifies(asked.raw_body, request.headers):
        raise HTTPException(401)
    if not await asyncio.to_thread(bot.queue.once, f"signature:{signature}"):
        if "x-slack-retry-num" in request.headers:
            return Response()
        raise HTTPException(401)
    answered = to_starlette_response(await bot.app.async_dispatch(asked))
    if answered.status_code >= 500:
        await asyncio.to_thread(bot.queue.forget, f"signature:{signature}")
    return answered


def slack_route() -> Route:
    """Where an application answers it."""
    return Route("/slack/events", events, methods=["POST"], include_in_schema=False)
