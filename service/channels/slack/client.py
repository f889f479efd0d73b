"""Slack's client: waits where Slack says how long, and never sends twice what may have arrived."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from service.channels.slack.faults import code_of
from service.settings.slack import SlackSettings

# Seconds that one call may take.
_SECONDS = 30
# Seconds after which Slack's refusal is given back to whoever called, who can say so or try again much later.
PATIENCE = 120.0
# Seconds for which calls of what Slack has put off are sent one after the other.
_CAREFUL = 60.0
# Limited by channel: docs.slack.dev/apis/web-api/rate-limits. All others are limited as a whole, each on its own.
_BY_CHANNEL = ("chat.postMessage",)
_MOST_KNOWN = 1000


class _Gate:
    """What one method may send, to one channel where it is limited by those."""

    def __init__(self) -> None:
        self.opens, self.careful_until, self.turn = 0.0, 0.0, asyncio.Lock()


class PacedClient(AsyncWebClient):
    """All that one process sends to Slack.

    A call before `Retry-After` has passed lengthens the wait for all others, so none is sent. Once Slack has put off a
    method, its calls go one at a time for a minute: all that waited would be put off together again. Messages to one
    channel always do, which keeps their order.
    """

    patience = PATIENCE

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._gates: defaultdict[tuple[str, str], _Gate] = defaultdict(_Gate)

    async def api_call(self, api_method: str, **sent: Any) -> Any:
        """As Slack's own client does it. Raises SlackApiError `ratelimited` where it would have to wait too long."""
        gate, ends = self._gate(api_method, sent), time.monotonic() + self.patience
        while True:
            if api_method in _BY_CHANNEL or time.monotonic() < gate.careful_until:
                async with gate.turn:
                    answer = await self._called(gate, ends, api_method, sent)
            else:
                answer = await self._called(gate, ends, api_method, sent)
            if answer is not None:
                return answer

    async def _called(self, gate: _Gate, ends: float, api_method: str, sent: Mapping[str, Any]) -> Any | None:
        """What Slack answered; None where it put the call off."""
        await asyncio.sleep(max(0.0, gate.opens - time.monotonic()))
        try:
            return await super().api_call(api_method, **sent)
        except SlackApiError as error:
            if code_of(error) != "ratelimited":
                raise
            again = time.monotonic() + _seconds(error)
            gate.opens, gate.careful_until = max(gate.opens, again), again + _CAREFUL
            if gate.opens > ends:
                raise
            return None

    def _gate(self, api_method: str, sent: Mapping[str, Any]) -> _Gate:
        if len(self._gates) > _MOST_KNOWN:
            now = time.monotonic()
            for key in [key for key, gate in self._gates.items() if gate.careful_until < now]:
                del self._gates[key]
        named = sent.get("json") or sent.get("params") or sent.get("data")
        channel = named.get("channel", "") if api_method in _BY_CHANNEL and isinstance(named, Mapping) else ""
        return self._gates[api_method, str(channel)]


def build_client(settings: SlackSettings) -> PacedClient:
    """A client of the workspace, whose session is to be closed. Only from the event loop."""
    from aiohttp import ClientConnectorError, ClientSession, ClientTimeout
    from slack_sdk.http_retry.builtin_async_handlers import AsyncConnectionErrorRetryHandler

    token = settings.bot_token.get_secret_value() if settings.bot_token else None
    # A connection that was lost may have brought the message: only one that was never made is tried anew.
    handlers = [AsyncConnectionErrorRetryHandler(max_retry_count=2, error_types=[ClientConnectorError])]
    session = ClientSession(timeout=ClientTimeout(total=_SECONDS))
    return PacedClient(token, base_url=settings.api_url, timeout=_SECONDS, retry_handlers=handlers, session=session)


def _seconds(error: SlackApiError) -> float:
    """Those that Slack asks to wait."""
    headers: Mapping[str, Any] = getattr(error.response, "headers", None) or {}
    told = next((value for name, value in headers.items() if name.lower() == "retry-after"), "1")
    try:
        return max(1.0, float(told[0] if isinstance(told, list) else told))
    except ValueError:
        return 1.0
