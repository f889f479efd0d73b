"""How Slack sends things: signed over HTTP or in envelopes over WebSockets, again where nobody takes them in time."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import json
import time
from collections import defaultdict
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from tests.fakes.slack.workspace import Workspace

WITHIN = 3.0
# Slack waits a moment, a minute and five minutes before it sends an event again.
AGAIN_AFTER = (0.05, 0.3, 1.0)
SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


def sign(body: str, at: int, secret: str = SIGNING_SECRET) -> dict[str, str]:
    """The headers that prove who sent a body, and when: docs.slack.dev/authentication/verifying-requests-from-slack."""
    digest = hmac.new(secret.encode(), f"v0:{at}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(at), "X-Slack-Signature": f"v0={digest}"}


@dataclass
class Sent:
    """One attempt to deliver something, and what came back; None where nothing did in time."""

    kind: str
    payload: Mapping[str, Any]
    attempt: int
    status: int | None = None
    body: Any = None
    seconds: float = 0.0


@dataclass
class Delivery:
    """Sends to addresses in turn, or to the WebSockets that are open; `repeats` is how often more than needed."""

    workspace: Workspace
    addresses: list[str] = field(default_factory=list)
    over_sockets: bool = False
    repeats: int = 0
    sockets: list[web.WebSocketResponse] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    _turn: Any = field(default_factory=itertools.count)
    _acknowledged: dict[str, asyncio.Future[Any]] = field(default_factory=dict)
    _lines: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    _carried: dict[str, web.WebSocketResponse] = field(default_factory=dict)

    async def event(self, payload: Mapping[str, Any]) -> None:
        """An event of the Events API: at least once, and up to three times more where it is not taken.

        Those of a channel are sent one after the other; one that is not taken does not keep the others back.
        """
        for _ in range(self.repeats + 1):
            reason, waits = None, iter(AGAIN_AFTER)
            for attempt in itertools.count():
                async with self._lines[str(payload["event"].get("channel"))] if attempt == 0 else nullcontext():
                    sent = await self._once("events_api", payload, attempt, reason)
                if sent.status is not None and 200 <= sent.status < 300:
                    break
                reason = "http_timeout" if sent.status is None else "http_error"
                wait = next(waits, None)
                if wait is None:
                    break
                await asyncio.sleep(wait)

    async def interaction(self, kind: str, payload: Mapping[str, Any]) -> Sent:
        """A command or something that was pressed: once, whoever waits for it sees an error where it is not taken."""
        return await self._once(kind, payload, 0, None)

    async def _once(self, kind: str, payload: Mapping[str, Any], attempt: int, reason: str | None) -> Sent:
        sent, began = Sent(kind, payload, attempt), time.monotonic()
        self.sent.append(sent)
        try:
            async with asyncio.timeout(WITHIN):
                if self.over_sockets:
                    sent.status, sent.body = 200, await self._enveloped(kind, payload, attempt, reason)
                else:
                    sent.status, sent.body = await self._posted(kind, payload, attempt, reason)
        except TimeoutError:
            self.workspace.broke(f"{kind} was not acknowledged within 3 seconds")
        except (aiohttp.ClientError, ConnectionError):
            pass
        sent.seconds = time.monotonic() - began
        return sent

    async def _posted(self, kind: str, payload: Mapping[str, Any], attempt: int, reason: str | None) -> tuple[int, Any]:
        if kind == "events_api":
            body, content = json.dumps(payload, ensure_ascii=False), "application/json"
        else:
            flat = payload if kind == "slash_commands" else {"payload": json.dumps(payload, ensure_ascii=False)}
            body, content = urlencode(flat), "application/x-www-form-urlencoded"
        headers = {"Content-Type": content, **sign(body, int(time.time()))}
        if attempt:
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason or "http_error"}
        turn = next(self._turn)
        for other in range(len(self.addresses)):  # a load balancer leaves out those where nobody listens
            address = self.addresses[(turn + other) % len(self.addresses)]
            try:
                async with (
                    aiohttp.ClientSession(trust_env=False) as session,
                    session.post(address, data=body.encode(), headers=headers) as response,
                ):
                    text = await response.text()
                    told = response.content_type == "application/json" and text
                    return response.status, json.loads(text) if told else text
            except aiohttp.ClientConnectorError:
                continue
        raise ConnectionRefusedError

    async def _enveloped(self, kind: str, payload: Mapping[str, Any], attempt: int, reason: str | None) -> Any:
        envelope = self.workspace.number("E")
        waiting = self._acknowledged[envelope] = asyncio.get_running_loop().create_future()
        told = {
            "envelope_id": envelope,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
        }
        if kind == "events_api":
            told |= {"retry_attempt": attempt, "retry_reason": reason or ""}
        while not (connected := [one for one in self.sockets if not one.closed]):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        self._carried[envelope] = connected[next(self._turn) % len(connected)]
        try:
            await self._carried[envelope].send_str(json.dumps(told))
            return await waiting
        finally:
            del self._acknowledged[envelope], self._carried[envelope]

    def lost(self, socket: web.WebSocketResponse) -> None:
        """A WebSocket is closed: what it carried and nobody acknowledged is sent again over another."""
        self.sockets.remove(socket)
        for envelope, carrier in self._carried.items():
            if carrier is socket and not self._acknowledged[envelope].done():
                self._acknowledged[envelope].set_exception(ConnectionResetError())

    def acknowledged(self, told: Mapping[str, Any]) -> None:
        """An answer came over a WebSocket."""
        waiting = self._acknowledged.get(str(told.get("envelope_id")))
        if waiting is None:
            return
        if not waiting.done():
            waiting.set_result(told.get("payload"))
