"""Slack, on a free port of the loopback interface, in a thread of its own."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from aiohttp import WSMsgType, web

from tests.fakes.slack.delivery import Delivery
from tests.fakes.slack.methods import METHODS, SCOPES
from tests.fakes.slack.people import People
from tests.fakes.slack.rules import check_message
from tests.fakes.slack.workspace import Refused, Workspace

T = TypeVar("T")
BOT_TOKEN, APP_TOKEN = "xoxb-of-the-bot-1", "xapp-of-the-app-1"
_SCOPE_OF = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}

# Seconds until a method may be called again, and in which a call may have crossed the refusal.
WAIT, ON_ITS_WAY = 1.0, 0.3


class FakeSlack(People):
    """A workspace with its API. `violations` names every rule that was broken; a good test ends with none.

    `limits` gives a method's calls in any second (of one channel, where it names one); past it it is refused with
    Retry-After, and a call before that time is a violation. `faults` gives errors that a method's next calls get: a
    status of HTTP, or an error's name. `scopes` are those of the token, None for all.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.workspace = Workspace()
        self.delivery = Delivery(self.workspace)
        super().__init__(self.workspace, self.delivery, loop)
        self.url = ""
        self.limits: dict[str, int] = {}
        self.faults: dict[str, deque[int | str]] = defaultdict(deque)
        self.scopes: frozenset[str] | None = None
        self.scopes_used: set[str] = set()
        self.slow: dict[str, float] = {}
        self.slow_after: dict[str, float] = {}
        self.counted: Counter[str] = Counter()
        self._recent: dict[tuple[str, str], deque[float]] = defaultdict(deque)
        self._again_at: dict[tuple[str, str], float] = {}

    @property
    def violations(self) -> list[str]:
        return self.workspace.violations

    @property
    def api(self) -> str:
        """What the program is told Slack's API is."""
        return f"{self.url}/api/"

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/api/{method}", self._call),
            web.get("/api/{method}", self._call),
            web.post("/commands/{id}", self._respond),
            web.get("/link", self._linked),
        ]

    async def _call(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        arguments = await _arguments(request)
        self.workspace.calls.append((method, arguments))
        self.counted[method] += 1
        await asyncio.sleep(self.slow.get(method, 0))
        if self.faults[method]:
            fault = self.faults[method].popleft()
            if isinstance(fault, int):
                return web.Response(status=fault, text="")
            return web.json_response({"ok": False, "error": fault})
        limited = self._limited(method, str(arguments.get("channel") or arguments.get("channel_id") or ""))
        if limited is not None:
            told = {"ok": False, "error": "ratelimited"}
            return web.json_response(told, status=429, headers={"Retry-After": str(limited)})
        try:
            done = self._done(method, arguments, request.headers.get("Authorization", ""))
        except Refused as refused:
            if refused.violation is not None:
                self.workspace.broke(f"{method}: {refused.violation}")
            return web.json_response({"ok": False, "error": refused.error})
        except Exception as error:
            self.workspace.broke(f"{method}: {error!r}")
            raise
        await asyncio.sleep(self.slow_after.get(method, 0))
        return web.json_response({"ok": True, **done})

    def _done(self, method: str, arguments: dict[str, Any], authorization: str) -> Mapping[str, Any]:
        token = authorization.removeprefix("Bearer ").strip() or arguments.get("token")
        if method == "apps.connections.open":
            if token != APP_TOKEN:
                raise Refused("not_allowed_token_type", "the wrong token for Socket Mode")
            return {"url": f"{self.url.replace('http', 'ws', 1)}/link?ticket={self.workspace.number('L')}"}
        if method not in METHODS:
            raise Refused("unknown_method", "there is no such method")
        if token != BOT_TOKEN:
            raise Refused("invalid_auth", "the wrong token")
        self._scoped(method, arguments)
        before = self._before(arguments) if method in ("chat.update", "chat.delete") else {}
        done = METHODS[method](self.workspace, arguments)
        if method == "users.info" and self.scopes is not None and "users:read.email" not in self.scopes:
            done["user"]["profile"].pop("email", None)
        if method == "users.info":
            self.scopes_used.add("users:read.email")
        if method in ("chat.postMessage", "chat.stopStream"):
            self.echo(done["message"], done["channel"])
        if before:
            self.echo_change(before, None if method == "chat.delete" else done["message"], done["channel"])
        return done

    def _before(self, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        channel = self.workspace.channels.get(arguments.get("channel", ""))
        return dict(channel.messages.get(arguments.get("ts", ""), {})) if channel is not None else {}

    def _scoped(self, method: str, arguments: Mapping[str, Any]) -> None:
        wanted = SCOPES[method]
        if method.startswith("conversations.") and arguments.get("channel") in self.workspace.channels:
            kind = _SCOPE_OF[self.workspace.channels[arguments["channel"]].kind]
            wanted = tuple(one for one in wanted if one.startswith(kind))
        if self.scopes is not None and wanted and not self.scopes & set(wanted):
            raise Refused("missing_scope", f"needs one of {wanted}")
        self.scopes_used.update(wanted[:1] if self.scopes is None else set(wanted) & self.scopes)

    def _limited(self, method: str, channel: str) -> int | None:
        most = self.limits.get(method)
        if most is None:
            return None
        key, now = (method, channel), time.monotonic()
        if now < (again_at := self._again_at.get(key, 0)):
            # What was on its way when the refusal was sent could not know of it.
            if now < again_at - WAIT + ON_ITS_WAY:
                return 1
            self.workspace.broke(f"{method}: called again before Retry-After had passed")
            return 1
        recent = self._recent[key]
        while recent and now - recent[0] > 1:
            recent.popleft()
        if len(recent) >= most:
            self._again_at[key] = now + WAIT
            return 1
        recent.append(now)
        return None

    async def _respond(self, request: web.Request) -> web.Response:
        """A `response_url`: five answers within half an hour."""
        known = self.workspace.response_urls.get(request.match_info["id"])
        arguments = await request.json()
        self.workspace.calls.append(("response_url", arguments))
        self.counted["response_url"] += 1
        if self.faults["response_url"]:
            return web.Response(status=int(self.faults["response_url"].popleft()), text="")
        if known is None or time.monotonic() > known.until or known.left <= 0:
            return web.json_response({"ok": False, "error": "expired_url"}, status=404)
        known.left -= 1
        if arguments.get("delete_original"):
            return web.Response(text="ok")
        try:
            check_message(arguments)
        except Refused as refused:
            self.workspace.broke(f"response_url: {refused.violation}")
            return web.json_response({"ok": False, "error": refused.error}, status=400)
        said = {
            "channel": known.channel,
            "user": known.user,
            "text": arguments.get("text", ""),
            "blocks": arguments.get("blocks", []),
            "thread_ts": arguments.get("thread_ts"),
            "ts": self.workspace.ts(),
        }
        if arguments.get("response_type") == "in_channel":
            channel = self.workspace.channels[known.channel]
            channel.messages[said["ts"]] = {"type": "message", "user": "U0BOT", "bot_id": "B0BOT", **said}
        else:
            mine = [m for m in self.workspace.ephemeral if (m["channel"], m["user"]) == (known.channel, known.user)]
            if arguments.get("replace_original") and mine:
                mine[-1].update(said)
            else:
                self.workspace.ephemeral.append(said)
        return web.Response(text="ok")

    async def _linked(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str(json.dumps({"type": "hello", "num_connections": len(self.delivery.sockets) + 1}))
        self.delivery.sockets.append(socket)
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self.delivery.acknowledged(json.loads(message.data))
        finally:
            self.delivery.lost(socket)
        return socket

    def disconnects(self) -> None:
        """Tell every WebSocket to come again, and close it, as Slack does from time to time."""

        async def close() -> None:
            for socket in list(self.delivery.sockets):
                await socket.send_str(json.dumps({"type": "disconnect", "reason": "refresh_requested"}))
                await socket.close()

        asyncio.run_coroutine_threadsafe(close(), self._loop).result(5)


async def _arguments(request: web.Request) -> dict[str, Any]:
    told: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        told |= await request.json()
    elif request.can_read_body:
        told |= {str(name): value for name, value in (await request.post()).items()}
    return told


@contextmanager
def fake_slack() -> Iterator[FakeSlack]:
    """Runs until the end of the block."""
    loop = asyncio.new_event_loop()
    slack = FakeSlack(loop)
    thread = threading.Thread(target=loop.run_forever, name="fake-slack", daemon=True)
    thread.start()

    def done(work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, loop).result(30)

    async def begin() -> web.AppRunner:
        app = web.Application(client_max_size=10_000_000)
        app.add_routes(slack.routes())
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        slack.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        return runner

    async def end(runner: web.AppRunner) -> None:
        for socket in list(slack.delivery.sockets):
            await socket.close()
        slack.give_up()
        await runner.cleanup()

    runner = done(begin())
    try:
        yield slack
    finally:
        done(end(runner))
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()
