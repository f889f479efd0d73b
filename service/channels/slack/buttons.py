"""What buttons below answers do: say what one thinks of an answer, share it, try again."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

from prompts import phrase
from service.answer import Answer, Question
from service.channels.slack import controls
from service.channels.slack.blocks import Rendering, message_of
from service.channels.slack.contracts import Ask, Buttons, Kind
from service.channels.slack.ephemeral import say_to_one
from service.channels.slack.faults import code_of
from service.channels.slack.interactions import Pressed, explained_of, pressed_of
from service.channels.slack.mrkdwn import line
from service.channels.slack.rich import Block, rich, section, text
from service.channels.slack.texts import language_for
from service.conversations.feedback import Opinion, Reason, give
from service.errors import FootnoteError, Forbidden, NotFound, QuestionRejected, TooManyRequests
from service.identity import Identity

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp

_log = logging.getLogger(__name__)
# What Slack says where the bot may not write.
_OUTSIDE = ("not_in_channel", "channel_not_found")


class Pressing:
    """Does what a button says, as whoever pressed it, where they pressed it."""

    def __init__(self, buttons: Buttons) -> None:
        self._client, self._asks, self._groups = buttons.client, buttons.asks, buttons.groups
        self._running, self._wake, self._answered = buttons.running, buttons.wake, buttons.answered
        self._rendering = Rendering(self._running.settings.public_url or "")

    async def again(self, pressed: Pressed) -> None:
        """Ask once more what failed."""
        number = int(pressed.value)
        ask = await asyncio.to_thread(self._asks.ask_of, number)
        # A question is its asker's: nobody else spends their turns, or has it answered from what they may read.
        theirs = ask is not None and (ask.user == pressed.user or not ask.private)
        if theirs and await asyncio.to_thread(self._asks.again, number):
            self._wake()
            return
        await self._say_to_one(pressed, phrase("slack_again_not", language_for(ask) if ask is not None else "en"))

    async def judge(self, pressed: Pressed) -> None:
        """Keep what somebody thinks of an answer, and ask what is wrong with a bad one."""
        rating, answer_id, language = _parts(pressed.value, 3)
        if rating == "down" and pressed.trigger is not None:
            where: dict[str, Any] = {"value": pressed.value, "channel": pressed.channel, "message": pressed.message}
            where |= {"url": pressed.response_url, "alone": pressed.alone}
            view = controls.reason_modal(language, json.dumps(where))
            try:
                await self._client.views_open(trigger_id=pressed.trigger, view=view)
            except Exception as error:  # the opinion counts without its reason
                _log.warning("Slack does not ask for the reason of an opinion: %s", code_of(error) or type(error))
        await self._keep(pressed, answer_id, language, Opinion("up" if rating == "up" else "down"))

    async def explain(self, pressed: Pressed) -> None:
        """Keep why an answer is bad."""
        _, answer_id, language = _parts(pressed.value, 3)
        reason = pressed.said.get(controls.REASON_BLOCK)
        comment = line(pressed.said.get(controls.COMMENT_BLOCK) or "")[: controls.LONGEST_COMMENT] or None
        known: Reason | None = reason if reason in get_args(Reason) else None
        await self._keep(pressed, answer_id, language, Opinion("down", known, comment))

    async def share(self, pressed: Pressed) -> None:
        """Show everyone in the channel an answer that one person was shown, from what everyone there may read."""
        answer_id, language = _parts(pressed.value, 2)
        key = f"share:{answer_id}:{pressed.channel}"
        try:
            if not await asyncio.to_thread(self._asks.once, key):
                await self._say_to_one(pressed, phrase("slack_shared_once", language))
                return
            refused = await self._share(pressed, answer_id, language)
            if refused is None:
                return
            await asyncio.to_thread(self._asks.forget, key)
        except FootnoteError as error:
            _log.warning("An answer cannot be shared in Slack. %s", error)
            refused = phrase("slack_unavailable", language)
        await self._say_to_one(pressed, refused)

    async def _share(self, pressed: Pressed, answer_id: str, language: str) -> str | None:
        """Why it is not shared; None where it is."""
        try:
            own = await self._groups.asker(_asked(pressed, "command", language))
            turn = await asyncio.to_thread(self._running.conversations.turn, answer_id, own)
            if turn is None:
                return phrase("slack_shared_gone", language)
            everyone = await self._groups.asker(_asked(pressed, "mention", language))
            same = await asyncio.to_thread(self._running.conversations.turn, answer_id, everyone)
            # What was answered from more than everyone may read may say more than its quotes: it is answered anew.
            answer: Answer = (
                same.answer if same is not None else await self._anew(everyone, turn.question, turn.language)
            )
        except (Forbidden, QuestionRejected, TooManyRequests) as error:
            return str(error)
        except FootnoteError as error:
            _log.warning("An answer cannot be shared in Slack. %s", error)
            return phrase("slack_unavailable", language)
        if answer.outcome == "declined":
            return phrase("slack_shared_not", language)
        return await self._posted(pressed, answer, turn.answer.question, everyone)

    async def _anew(self, everyone: Identity, question: str, language: str | None) -> Answer:
        asked = Question(question, everyone.groups, language=language)
        answer: Answer = await self._running.gateway.answer(everyone, asked)
        return answer

    async def _posted(self, pressed: Pressed, answer: Answer, question: str, everyone: Identity) -> str | None:
        lead = rich(
            section(
                {"type": "user", "user_id": pressed.user},
                text(f" {phrase('slack_shared', answer.language)} "),
                text(f"“{line(question)}”", italic=True),
            )
        )
        kept = self._running.conversations.settings.answers
        below: list[Block] = controls.below(answer.id, answer.language) if kept else []
        first = None
        try:
            for message in self._rendering.messages(answer, below, [lead]):
                made = await self._client.chat_postMessage(
                    channel=pressed.channel,
                    thread_ts=first or pressed.thread,
                    text=message.text,
                    blocks=list(message.blocks),
                    mrkdwn=False,
                    unfurl_links=False,
                    unfurl_media=False,
                )
                first = first or str(made["ts"])
        except Exception as error:
            code = code_of(error)
            _log.warning("An answer is not shared in %s: %s", pressed.channel, code or type(error).__name__)
            if first is not None:
                return None
            return phrase("slack_not_member" if code in _OUTSIDE else "slack_not_posted", answer.language)
        await self._watch(pressed, first or "", answer, everyone)
        return None

    async def _watch(self, pressed: Pressed, ts: str, answer: Answer, everyone: Identity) -> None:
        if self._answered is None:
            return
        asked = replace(_asked(pressed, "mention", answer.language), ts=ts, thread=pressed.thread or ts)
        try:
            await asyncio.to_thread(self._answered, asked, everyone, answer)
        except FootnoteError as error:
            _log.warning("What an answer in Slack cites is not watched. %s", error)

    async def _keep(self, pressed: Pressed, answer_id: str, language: str, opinion: Opinion) -> None:
        kind: Kind = "command" if pressed.alone else "direct" if pressed.channel[:1] == "D" else "mention"
        try:
            who = await self._groups.asker(_asked(pressed, kind, language))
            if kind == "mention":  # in a channel everyone sees the answer, and it is its asker's alone otherwise
                who = replace(who, scopes=who.scopes | {"admin"})
            request_id = f"slack:{pressed.message or pressed.channel}"
            await asyncio.to_thread(give, self._running.conversations, answer_id, who, request_id, opinion)
        except Forbidden as error:
            await self._say_to_one(pressed, str(error))
        except NotFound:
            await self._say_to_one(pressed, phrase("slack_judged_gone", language))
        except FootnoteError as error:
            _log.warning("Feedback from Slack is not kept. %s", error)
            await self._say_to_one(pressed, phrase("slack_judged_not", language))

    async def _say_to_one(self, pressed: Pressed, sentence: str) -> None:
        said = message_of([*self._rendering.said(sentence)])
        await say_to_one(self._client, pressed.channel, pressed.user, said, pressed.response_url)


def register(app: AsyncApp, buttons: Buttons) -> None:
    """Listen for them."""
    pressing = Pressing(buttons)

    def listener(act: Callable[[Pressed], Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        async def pressed(ack: Any, body: dict[str, Any]) -> None:
            await ack()
            await act(pressed_of(body))

        return pressed

    async def explained(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await pressing.explain(explained_of(body))

    app.action(controls.AGAIN)(listener(pressing.again))
    app.action(controls.FEEDBACK)(listener(pressing.judge))
    app.action(controls.SHARE)(listener(pressing.share))
    app.view(controls.REASON)(explained)


def _asked(pressed: Pressed, kind: Kind, language: str) -> Ask:
    """As if they asked where they pressed; what it says of that is in this language."""
    channel, ts = pressed.channel, pressed.message
    return Ask(kind, "", pressed.user, pressed.team, channel, ts, pressed.thread, language=language)


def _parts(value: str, most: int) -> list[str]:
    """What the value of a button holds, with nothing for what it lacks."""
    found = value.split(":", most - 1)
    return [*found, *[""] * (most - len(found))]
