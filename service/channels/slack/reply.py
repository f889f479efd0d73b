"""The messages of one answer in Slack, from its first sentence to its buttons.

A stream where Slack takes one, else a message that is changed, else messages once the answer is whole. Whatever becomes
of one way, the next shows all of it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from service.answer import Answer, Citation, Sentence, Settled
from service.channels.slack.blocks import Message, Rendering, gap_of
from service.channels.slack.contracts import Ask, Posting, Superseded
from service.channels.slack.faults import code_of, limited
from service.channels.slack.mrkdwn import markdown, mrkdwn, pieces
from service.channels.slack.pacing import Paces
from service.channels.slack.rich import MOST_BLOCKS, MOST_BYTES, Block, weight_of

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

_log = logging.getLogger(__name__)
_Way = Literal["fresh", "streaming", "ended", "editing", "whole"]
# Bytes of Markdown in one streamed message; with the blocks below it, it stays under what Slack takes.
MOST_STREAMED = 8000
_PLAIN = 3800
# Another way would be refused for the same reason.
_HOPELESS = frozenset((
    "account_inactive", "channel_not_found", "invalid_auth", "is_archived", "missing_scope", "not_authed",
    "not_in_channel", "restricted_action", "thread_not_found", "token_expired", "token_revoked",
))  # fmt: skip
# Slack ends streams by itself after some minutes.
_ENDED = "message_not_in_streaming_state"
_GONE = frozenset(("message_not_found", "cant_delete_message"))
_BAD_BLOCKS = frozenset(("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"))


class Reply:
    """One answer in a thread, or below none. Errors of Slack that no other way helps against come through."""

    def __init__(
        self, client: AsyncWebClient, ask: Ask, posting: Posting, rendering: Rendering, paces: Paces, language: str
    ) -> None:
        self._client, self._ask, self._posting = client, ask, posting
        self._rendering, self._paces = rendering, paces
        self.language = language
        self._messages = list(posting.messages)
        # What an attempt before this one left may be streaming still.
        self._left_over = set(self._messages)
        self._way: _Way = "whole" if self._messages else "fresh"
        self._sentences: list[Sentence] = []
        self._cited: dict[int, Citation] = {}
        self._shown = self._length = 0
        self._due = 0.0

    async def add(self, settled: Settled) -> None:
        """A sentence that is final."""
        self._sentences.append(settled.sentence)
        self._cited |= {c.number: c for c in settled.citations}
        await self.tick()

    async def tick(self) -> None:
        """Show what is new, if it is time."""
        if self._shown == len(self._sentences) or time.monotonic() < self._due:
            return
        self._due = time.monotonic() + self._paces.every
        if self._way == "fresh":
            await self._begin()
        elif self._way == "streaming":
            await self._append()
        elif self._way == "editing":
            await self._edit()

    async def finish(self, answer: Answer, buttons: Sequence[Block]) -> None:
        """The whole answer, in place of everything before it."""
        begun = list(answer.sentences[: len(self._sentences)]) == self._sentences
        if self._way in ("streaming", "ended") and begun:
            cited = {c.number: c for c in answer.citations}
            rest = answer.sentences[self._shown :]
            if await self._close(self._spoken(rest, cited), [*self._rendering.closing(answer), *buttons]):
                return
            if self._way == "ended":
                body = self._rendering.body(rest, cited, answer.language)
                blocks = [*body, *self._rendering.closing(answer)]
                for message in self._rendering.split(blocks, buttons):
                    await self._post(message)
                return
        await self._replace(self._rendering.messages(answer, buttons))

    async def fail(self, sentence: str, buttons: Sequence[Block]) -> None:
        """There is no whole answer, and why; what was settled stays."""
        if self._way == "streaming":
            rest = self._spoken(self._sentences[self._shown :], self._cited)
            if await self._close(f"{rest}\n\n{markdown(sentence)}", buttons):
                return
        body = self._rendering.body(self._sentences, self._cited, self.language)
        said = self._rendering.said(sentence)
        await self._replace(self._rendering.split([*body, *said], buttons))

    async def _begin(self) -> None:
        """The first words: a stream, if one may be begun."""
        ask = self._ask
        if ask.thread is None or not self._paces.streams(ask.channel):
            self._way = "editing"
            await self._edit()
            return
        if not self._paces.start.take():
            self._way = "whole"
            return
        first = self._spoken(self._sentences, self._cited)
        if _size(first) > MOST_STREAMED:
            self._way = "whole"
            return
        recipient: dict[str, Any] = {} if ask.direct else {"recipient_user_id": ask.user, "recipient_team_id": ask.team}
        try:
            made = await self._client.chat_startStream(
                channel=ask.channel, thread_ts=ask.thread, markdown_text=first, **recipient
            )
        except Exception as error:
            code = code_of(error)
            if code is None or code in _HOPELESS:
                raise
            if limited(error):
                self._paces.start.hold()
                self._way = "whole"
                return
            _log.info("Slack takes no stream in %s: %s. Answers are changed there as they grow.", ask.channel, code)
            self._paces.refuse(ask.channel)
            self._way = "editing"
            await self._edit()
            return
        self._way = "streaming"
        self._shown, self._length = len(self._sentences), _size(first)
        await self._keep(str(made["ts"]))

    async def _append(self) -> None:
        piece = self._spoken(self._sentences[self._shown :], self._cited)
        if self._length + _size(piece) > MOST_STREAMED:
            await self._close("", ())
            return
        if not self._paces.append.take():
            return
        try:
            await self._client.chat_appendStream(channel=self._ask.channel, ts=self._messages[-1], markdown_text=piece)
        except Exception as error:
            code = code_of(error)
            if code is None or code in _HOPELESS:
                raise
            if limited(error):
                self._paces.append.hold()
                return
            if code != _ENDED:
                await self._stop(self._messages[-1])
            self._way = "editing"
            return
        self._shown, self._length = len(self._sentences), self._length + _size(piece)

    async def _edit(self) -> None:
        """The message as it is by now."""
        if self._messages and not self._paces.update.take():
            return
        body = [*self._rendering.body(self._sentences, self._cited, self.language), *self._rendering.said("…")]
        try:
            await self._show(0, self._rendering.split(body)[0])
        except Superseded:
            raise
        except Exception as error:
            code = code_of(error)
            if code is None or code in _HOPELESS:
                raise
            if limited(error):
                self._paces.update.hold()
            else:
                self._way = "whole"
            return
        self._shown = len(self._sentences)

    async def _close(self, rest: str, blocks: Sequence[Block]) -> bool:
        """End the stream with what is left; whether all of it is shown now."""
        if self._way != "streaming":
            return False
        length = self._length + _size(rest)
        fits = length <= MOST_STREAMED and length + weight_of(blocks) <= MOST_BYTES and len(blocks) <= MOST_BLOCKS
        said: dict[str, Any] = {"blocks": list(blocks)} if fits and blocks else {}
        if fits and rest:
            said["markdown_text"] = rest
        channel, ts = self._ask.channel, self._messages[-1]
        try:
            await self._client.chat_stopStream(channel=channel, ts=ts, **said)
        except Exception as error:
            code = code_of(error)
            if code is None or code in _HOPELESS:
                raise
            _log.info("Slack ended the stream of an answer in %s: %s.", channel, code)
            self._way = "editing"
            if code != _ENDED:
                await self._stop(ts)
            return False
        self._way = "ended"
        return fits

    async def _stop(self, ts: str) -> None:
        """End a stream, if it is one."""
        try:
            await self._client.chat_stopStream(channel=self._ask.channel, ts=ts)
        except Exception as error:
            if code_of(error) is None:
                raise

    async def _replace(self, messages: Sequence[Message]) -> None:
        """These messages in place of those there are."""
        if self._way == "streaming":
            await self._stop(self._messages[-1])
        self._way = "whole"
        for place, message in enumerate(messages):
            await self._show(place, message)
        for ts in self._messages[len(messages) :]:
            await self.remove(ts)

    async def _show(self, place: int, message: Message) -> None:
        """A message in its place: what stands there is changed, if it can be."""
        if place >= len(self._messages):
            await self._post(message)
            return
        ts = self._messages[place]
        if ts in self._left_over:
            if place == len(self._messages) - 1:
                await self._stop(ts)
            self._left_over.discard(ts)
        said: dict[str, Any] = {"text": message.text, "blocks": list(message.blocks)}
        try:
            await self._client.chat_update(channel=self._ask.channel, ts=ts, **said)
        except Exception as error:
            code = code_of(error)
            if code is None or code in _HOPELESS or limited(error):
                raise
            _log.info("Slack does not change a message in %s: %s. It is said anew.", self._ask.channel, code)
            await self.remove(ts)
            await self._post(message, place)

    async def _post(self, message: Message, place: int | None = None) -> None:
        say: dict[str, Any] = {
            "channel": self._ask.channel,
            "thread_ts": self._ask.thread,
            "mrkdwn": False,
            "link_names": False,
        }
        say |= {"unfurl_links": False, "unfurl_media": False}
        try:
            made = await self._client.chat_postMessage(**say, text=message.text, blocks=list(message.blocks))
        except Exception as error:
            if code_of(error) not in _BAD_BLOCKS:
                raise
            _log.warning("Slack does not take the blocks of an answer: %s. It is said as text.", code_of(error))
            for piece in pieces(message.plain, _PLAIN):
                made = await self._client.chat_postMessage(**say, text=mrkdwn(piece))
                await self._keep(str(made["ts"]))
            return
        await self._keep(str(made["ts"]), place)

    async def _keep(self, ts: str, place: int | None = None) -> None:
        self._messages.insert(len(self._messages) if place is None else place, ts)
        await self._posting.posted(ts)

    async def remove(self, ts: str) -> None:
        """Take a message back, one that is streaming, too."""
        for again in (True, False):
            try:
                await self._client.chat_delete(channel=self._ask.channel, ts=ts)
                break
            except Exception as error:
                code = code_of(error)
                if code in _GONE:
                    break
                if code != "streaming_state_conflict" or not again:
                    raise
                await self._stop(ts)
        self._messages = [known for known in self._messages if known != ts]
        await self._posting.removed(ts)

    def _spoken(self, sentences: Sequence[Sentence], cited: dict[int, Citation]) -> str:
        """Sentences in Markdown, as they go on from what is streamed."""
        gap = gap_of(self.language)
        said = gap.join(self._rendering.spoken(s, cited, self.language) for s in sentences)
        return gap + said if said and self._shown else said


def _size(text: str) -> int:
    return len(text.encode())
