"""What Slack tells the bot: listeners that write it down before Slack hears that it was taken."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ingest.language import language_of
from prompts import phrase
from service.channels.slack import shortcut
from service.channels.slack.contracts import Ask, Groups, Kind, Showing
from service.channels.slack.events import Deleted, Edited, Written, bot_of, plain, read
from service.channels.slack.queue import Queue
from service.channels.slack.threads import KeptThreads
from service.errors import FootnoteError

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp
    from slack_sdk.web.async_client import AsyncWebClient

_log = logging.getLogger(__name__)
COMMAND = "/ask"
# What asks without naming the bot.
UNASKED: tuple[Kind, ...] = ("thread", "channel")
# Seconds after which naming the bot in what was said long ago asks nothing.
_RECENT = 24 * 3600.0


class Taking:
    """Writes down what comes in."""

    def __init__(
        self, queue: Queue, threads: KeptThreads, groups: Groups, showing: Showing, wake: Callable[[], None]
    ) -> None:
        self._queue, self._threads, self._groups, self._showing, self._wake = queue, threads, groups, showing, wake
        self._beside: set[asyncio.Task[None]] = set()

    async def message(self, body: dict[str, Any], next_: Callable[[], Awaitable[Any]]) -> None:
        """A message, or that somebody named the bot in one: Slack tells both of the same."""
        told, bot = read(body), bot_of(body)
        if isinstance(told, Written):
            await self._written(told, bot, body)
        elif isinstance(told, Edited):
            await self._edited(told, bot, body)
        elif isinstance(told, Deleted):
            await self._changed(self._queue.delete, told.channel, told.ts, body["event_id"])
        await next_()

    async def ask(self, ask: Ask, key: str, event_id: str | None = None) -> bool:
        """Write a question down, and have it answered; False where it was asked before."""
        if not await asyncio.to_thread(self._queue.add, key, ask, event_id):
            return False
        self._wake()
        if ask.private or (ask.kind != "channel" and not (await self._groups.rules(ask.channel)).silent):
            self._soon(self._showing.waiting(ask))
        return True

    async def opened(self, body: dict[str, Any], next_: Callable[[], Awaitable[Any]]) -> None:
        """Somebody opened the assistant's pane, or, of an agent, which has no such threads, its messages."""
        if body["event"]["type"] == "app_home_opened":
            if body["event"].get("tab") == "messages" and await asyncio.to_thread(self._queue.once, body["event_id"]):
                self._soon(self._welcome(body["event"]["user"], body["event"]["channel"], None))
            await next_()
            return
        thread = body["event"]["assistant_thread"]
        channel, ts = thread["channel_id"], thread["thread_ts"]
        if await asyncio.to_thread(self._queue.once, body["event_id"]):
            await asyncio.to_thread(self._threads.begin, channel, ts, "assistant")
            self._soon(self._welcome(thread["user_id"], channel, ts))
        await next_()

    async def _welcome(self, user: str, channel: str, thread: str | None) -> None:
        """Suggest questions to whoever is answered: titles of articles are none of others' business."""
        with suppress(FootnoteError):
            await self._groups.asker(Ask("assistant", "", user, "", channel, thread=thread))
            await self._showing.welcome(channel, thread, None)

    async def command(self, ack: Any, body: dict[str, Any]) -> None:
        """`/ask`: who asks alone sees the answer."""
        text, language = plain(body.get("text") or ""), language_of(body.get("text") or "")
        if not text:
            await ack(phrase("slack_command_empty", language, command=body.get("command", COMMAND)))
            return
        ask = Ask(
            "command",
            text,
            body["user_id"],
            body["team_id"],
            body["channel_id"],
            response_url=body.get("response_url"),
        )
        try:
            await self.ask(ask, f"trigger:{body['trigger_id']}")
        except Exception:
            _log.exception("a command could not be written down")
            await ack(phrase("slack_unavailable", language))
            return
        await ack()

    async def close(self) -> None:
        """Let go of what is shown beside."""
        for task in self._beside:
            task.cancel()
        await asyncio.gather(*self._beside, return_exceptions=True)

    async def _written(self, told: Written, bot: str, body: dict[str, Any]) -> None:
        kind = await self._kind(told, bot, body["event"]["type"] == "app_mention")
        text = plain(told.text, bot)
        if kind is None or told.user == bot or (kind in UNASKED and not text):  # a picture without a word
            return
        ask = Ask(
            kind,
            text,
            told.user,
            told.team,
            told.channel,
            told.ts,
            told.thread or told.ts,
        )
        event_id = body["event_id"] if body["event"].get("subtype") != "message_changed" else None  # noted already
        await self.ask(ask, f"message:{told.channel}:{told.ts}", event_id)

    async def _kind(self, told: Written, bot: str, mentioned: bool) -> Kind | None:
        """How a message asks; None where it does not."""
        known = await asyncio.to_thread(self._threads.kind, told.channel, told.thread) if told.thread else None
        if told.direct:
            return "assistant" if known == "assistant" else "direct"
        if mentioned or told.mentions(bot):
            return "mention"
        if told.thread is not None:
            return "thread" if known is not None and not told.addresses_another(bot) else None
        rules = await self._groups.rules(told.channel)
        return "channel" if rules.unmentioned != "never" and not told.addresses_another(bot) else None

    async def _edited(self, told: Edited, bot: str, body: dict[str, Any]) -> None:
        """What was asked is asked anew; who names the bot only now asks now."""
        now, event_id = told.now, body["event_id"]
        text = plain(now.text, bot)
        if not text:
            await self._changed(self._queue.delete, now.channel, now.ts, event_id)
        elif await self._changed(self._queue.edit, now.channel, now.ts, text, event_id):
            return
        elif now.mentions(bot) and time.time() - float(now.ts) < _RECENT:
            await self._written(now, bot, body)

    async def _changed(self, change: Callable[..., bool], *what: str) -> bool:
        done = await asyncio.to_thread(change, *what)
        if done:
            self._wake()
        return done

    def _soon(self, work: Awaitable[None]) -> None:
        """Do something that nobody waits for."""
        task = asyncio.ensure_future(_quietly(work))
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)


async def _quietly(work: Awaitable[None]) -> None:
    try:
        await work
    except Exception as error:
        _log.warning("Something could not be shown in Slack: %s", type(error).__name__)


def build_app(client: AsyncWebClient, signing_secret: str | None, taking: Taking) -> AsyncApp:
    """Slack's own framework, with the bot's listeners. Who is asked is in each event: Slack is not asked for it."""
    from slack_bolt.async_app import AsyncApp
    from slack_bolt.authorization import AuthorizeResult
    from slack_sdk.web.async_client import AsyncWebClient

    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=client.token)

    app = AsyncApp(
        client=AsyncWebClient(base_url=client.base_url, timeout=client.timeout),
        signing_secret=signing_secret or "",
        request_verification_enabled=signing_secret is not None,
        authorize=authorize,
        ignoring_self_events_enabled=False,
        attaching_conversation_kwargs_enabled=False,
        name="footnote",
    )

    async def message(body: dict[str, Any], next: Callable[[], Awaitable[Any]]) -> None:
        await taking.message(body, next)

    async def opened(body: dict[str, Any], next: Callable[[], Awaitable[Any]]) -> None:
        await taking.opened(body, next)

    async def done() -> None:
        """Everything was done before Slack was told that it was taken."""

    async def command(ack: Any, body: dict[str, Any]) -> None:
        await taking.command(ack, body)

    for name in ("message", "app_mention"):
        app.event(name, middleware=[message])(done)
    app.event("assistant_thread_started", middleware=[opened])(done)
    app.event("app_home_opened", middleware=[opened])(done)
    app.event("assistant_thread_context_changed")(done)
    app.command(re.compile("/.+"))(command)  # of whatever name the app gives it
    shortcut.register(app, client, taking.ask)
    return app
