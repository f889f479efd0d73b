"""Shows answers in Slack: in a thread while they are made, to one person once they are whole."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING

from ingest.article import PUBLIC
from ingest.language import language_of
from prompts import phrase
from service.answer import Answer, AnswerEvent, Completed, Failed, Settled, Started
from service.channels.slack import controls
from service.channels.slack.blocks import Message, Rendering, message_of
from service.channels.slack.contracts import Ask, Posting, Showing, Superseded
from service.channels.slack.ephemeral import say_to_one
from service.channels.slack.faults import code_of
from service.channels.slack.mrkdwn import line, shortened
from service.channels.slack.pacing import Paces
from service.channels.slack.reply import Reply
from service.channels.slack.rich import Block
from service.channels.slack.texts import language_for, spoken_in
from service.connection import with_pings
from service.conversations.courtesy import courtesy
from service.running import Running

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

_log = logging.getLogger(__name__)
# Seconds between looks at what has gathered since the last piece.
_LOOK = 0.5
# Seconds for what an answer is as good without.
_ASIDE = 5.0
# Slack takes 5 answers at a response_url, and the first says that the question was seen.
_MOST_WHISPERS = 4
_PROMPTS, _TITLE, _ASKED = 3, 60, 300
_MOST_TITLED = 1000


class SlackShowing:
    """See `Showing`."""

    def __init__(self, client: AsyncWebClient, running: Running) -> None:
        self._client, self._running, self._paces = client, running, Paces()
        self._rendering = Rendering(running.settings.public_url or "")
        if not running.settings.public_url:
            _log.warning("FOOTNOTE_PUBLIC_URL is not set, so answers in Slack have no links: their quotes do not open.")
        # Questions that Slack is being told of as seen: what came after the answer would stay.
        self._telling: dict[Ask, asyncio.Event] = {}
        self._titled: dict[tuple[str, str], None] = {}

    async def waiting(self, ask: Ask) -> None:
        """See `Showing.waiting`."""
        shown = self._telling[ask] = asyncio.Event()
        try:
            async with asyncio.timeout(_ASIDE):
                await self._wait(ask, language_for(ask))
        except Exception as error:
            _log.info("Slack does not show in %s that a question was seen: %s.", ask.channel, code_of(error) or error)
        finally:
            shown.set()
            self._telling.pop(ask, None)

    async def show(self, ask: Ask, events: AsyncIterator[AnswerEvent], posting: Posting) -> Answer | None:
        """See `Showing.show`."""
        reply = None if ask.ephemeral else self._reply(ask, posting)
        begun, failure = False, phrase("slack_unforeseen", language_for(ask))
        async with aclosing(with_pings(events, _LOOK)) as parts:
            while True:
                try:
                    event = await anext(parts)
                except StopAsyncIteration:
                    break
                except Superseded:
                    raise
                except Exception:
                    _log.exception("an answer broke off")
                    break
                match event:
                    case None if reply is not None:
                        await reply.tick()
                    case Started() if reply is not None:
                        reply.language = event.language
                    case Settled():
                        begun = True
                        await self._told(ask)
                        if reply is not None:
                            await reply.add(event)
                    case Completed():
                        await self._finish(ask, event.answer, reply)
                        return event.answer
                    case Failed():
                        failure = self._said(event, ask)
                        break
        if begun and reply is not None:
            failure = phrase("slack_broke_off", language_for(ask))
        await self._fail(ask, failure, posting, reply, again=True)
        return None

    async def failed(self, ask: Ask, sentence: str, posting: Posting, again: bool = True) -> None:
        """See `Showing.failed`."""
        await self._fail(ask, sentence, posting, None if ask.ephemeral else self._reply(ask, posting), again)

    async def withdraw(self, ask: Ask, posting: Posting) -> None:
        """See `Showing.withdraw`."""
        reply = self._reply(ask, posting)
        for ts in tuple(posting.messages):
            await reply.remove(ts)
        await self._told(ask)
        if ask.thread is not None and not ask.ephemeral and ask.kind != "channel":
            with suppress(Exception):  # it goes by itself after two minutes
                await self._client.assistant_threads_setStatus(channel_id=ask.channel, thread_ts=ask.thread, status="")

    async def welcome(self, channel: str, thread: str | None, language: str | None) -> None:
        """See `Showing.welcome`."""
        listed = await asyncio.to_thread(self._running.index.catalogue.listed, (PUBLIC,), _PROMPTS)
        titles = [shortened(one.title, _TITLE) for one in listed if line(one.title)]
        spoken = [spoken_in(language or language_of(title)) for title in titles]
        says = [phrase("slack_prompt", one, title=title) for one, title in zip(spoken, titles, strict=True)]
        if says:
            await self._client.assistant_threads_setSuggestedPrompts(
                channel_id=channel,
                thread_ts=thread,
                title=phrase("slack_prompts", spoken[0]),
                prompts=[{"title": said, "message": said} for said in says],
            )

    async def _wait(self, ask: Ask, language: str) -> None:
        if ask.ephemeral:
            asked = phrase("slack_asked", language, question=shortened(ask.text, _ASKED))
            await self._say_to_one(ask, message_of([*self._rendering.said(asked)]))
            return
        if ask.thread is None:
            return
        status = phrase("slack_searching", language)
        await self._client.assistant_threads_setStatus(channel_id=ask.channel, thread_ts=ask.thread, status=status)
        if ask.kind == "assistant" and (ask.channel, ask.thread) not in self._titled:
            self._titled[ask.channel, ask.thread] = None
            for oldest in [*self._titled][:-_MOST_TITLED]:
                del self._titled[oldest]
            title = shortened(ask.text, _TITLE)
            await self._client.assistant_threads_setTitle(channel_id=ask.channel, thread_ts=ask.thread, title=title)

    async def _told(self, ask: Ask) -> None:
        """Wait until Slack knows that the question was seen, if it is being told."""
        if ask in self._telling:
            await self._telling[ask].wait()

    def _reply(self, ask: Ask, posting: Posting) -> Reply:
        return Reply(self._client, ask, posting, self._rendering, self._paces, language_for(ask))

    async def _finish(self, ask: Ask, answer: Answer, reply: Reply | None) -> None:
        await self._told(ask)
        buttons = self._buttons(ask, answer)
        if reply is not None:
            await reply.finish(answer, buttons)
            return
        messages = self._rendering.messages(answer, buttons)
        if len(messages) > _MOST_WHISPERS:
            more = self._rendering.said(phrase("slack_more", answer.language))
            last = messages[_MOST_WHISPERS - 1]
            messages[_MOST_WHISPERS - 1 :] = [message_of([*last.blocks, *more, *buttons])]
        for message in messages:
            await self._say_to_one(ask, message)

    async def _fail(self, ask: Ask, sentence: str, posting: Posting, reply: Reply | None, again: bool) -> None:
        await self._told(ask)
        buttons = [controls.again(posting.number, language_for(ask))] if again else []
        if reply is not None:
            await reply.fail(sentence, buttons)
        else:
            await self._say_to_one(ask, message_of([*self._rendering.said(sentence), *buttons]))

    def _buttons(self, ask: Ask, answer: Answer) -> Sequence[Block]:
        """Those of what is an answer, and is kept."""
        if courtesy(answer.question) is not None or not self._running.conversations.settings.answers:
            return ()
        share = ask.ephemeral and answer.outcome != "declined" and ask.channel[:1] in ("C", "G")
        return controls.below(answer.id, answer.language, share)

    async def _say_to_one(self, ask: Ask, message: Message) -> None:
        await say_to_one(self._client, ask.channel, ask.user, message, ask.response_url)

    def _said(self, event: Failed, ask: Ask) -> str:
        """Why there is no answer; faults of the service in general words."""
        if event.status < 500:
            return event.detail
        return phrase("slack_unforeseen" if event.status == 500 else "slack_unavailable", language_for(ask))


def build_showing(client: AsyncWebClient, running: Running) -> Showing:
    """What shows the answers of this service."""
    return SlackShowing(client, running)
