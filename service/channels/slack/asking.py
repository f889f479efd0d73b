"""From a question in the queue to its answer in Slack."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import replace
from typing import TypeVar

from ingest.errors import FootnoteError
from ingest.language import language_of
from prompts import phrase
from service.answer import Answer, AnswerEvent, Exchange, Failed, Question
from service.channels.slack.contracts import Ask, Groups, Posting, Rules, Showing, Superseded
from service.channels.slack.posting import KeptPosting
from service.channels.slack.queue import HELD, End, Queue, Taken
from service.channels.slack.threads import KeptThreads
from service.channels.slack.worth import led_by, worth_saying
from service.errors import Forbidden, Overloaded, QuestionRejected, TooManyRequests, WhoAsksUnknown
from service.identity import Identity
from service.running import Running

_log = logging.getLogger(__name__)
T = TypeVar("T")
# Seconds after which other processes' questions, and those of processes that died, are looked for.
_EVERY = 0.5
_PAUSES = (1.0, 2.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 300.0)
# Beginnings of an answer that nobody came back from: whoever begins it once more may be killed by it, too.
_MOST_TRIES = 60
# Seconds for which Slack may be away: an answer that late is better than none.
_LATEST = 3 * 24 * 3600.0
LeftBehind = Callable[[Ask, float], Awaitable[list[str]]]
Hopeless = Callable[[Exception], bool | None]
"""Whether what went wrong in Slack will go wrong again; None where it was not Slack."""
Answered = Callable[[Ask, Identity, Answer], None]
"""Told of an answer that was shown. Blocking; may raise FootnoteError."""


class Answering:
    """Answers what is in the queue, so many at a time, those of one thread one after the other."""

    def __init__(
        self,
        running: Running,
        queue: Queue,
        threads: KeptThreads,
        groups: Groups,
        showing: Showing,
        left_behind: LeftBehind,
        hopeless: Hopeless,
        answered: Answered | None = None,
    ) -> None:
        """`left_behind` finds messages since a time that nobody knows of; `answered` is told of answers."""
        self._running, self._queue, self._threads = running, queue, threads
        self._groups, self._showing = groups, showing
        self._left_behind, self._hopeless, self._answered = left_behind, hopeless, answered
        self._most = running.settings.slack.at_once
        self._woken, self._closing = asyncio.Event(), False
        self._under_way: dict[asyncio.Task[None], Taken] = {}
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin, with what was left from before."""
        self._tasks = [asyncio.create_task(self._work()), asyncio.create_task(self._stay())]

    def wake(self) -> None:
        """There is something in the queue."""
        self._woken.set()

    async def close(self, seconds: float) -> None:
        """Begin no more, and give what is being answered so long; the rest is for whoever comes next."""
        self._closing = True
        self._woken.set()
        if self._tasks:
            with suppress(asyncio.CancelledError):
                await self._tasks[0]
        if self._under_way:
            await asyncio.wait(list(self._under_way), timeout=seconds)
        for task in [*self._under_way, *self._tasks]:
            task.cancel()
        await asyncio.gather(*self._under_way, *self._tasks, return_exceptions=True)

    async def _work(self) -> None:
        while not self._closing:
            self._woken.clear()
            try:
                while len(self._under_way) < self._most and not self._closing:
                    taken = await asyncio.to_thread(self._queue.take)
                    if taken is None:
                        break
                    task = asyncio.create_task(self._answer(taken))
                    self._under_way[task] = taken
                    task.add_done_callback(self._ended)
            except FootnoteError as error:
                _log.warning("Questions from Slack wait: the queue cannot be read. %s", error)
            except Exception:
                _log.exception("questions from Slack wait")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), _EVERY)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.pop(task, None)
        self._woken.set()

    async def _stay(self) -> None:
        """Keep what is being answered; what was edited, deleted or taken over meanwhile is stopped."""
        while True:
            await asyncio.sleep(min(1.0, HELD / 6))
            if not self._under_way:
                continue
            now = dict(self._under_way)
            try:
                held = await asyncio.to_thread(self._queue.hold, list(now.values()))
            except FootnoteError as error:
                _log.warning("What is answered in Slack cannot be noted. %s", error)
                continue
            except Exception:
                _log.exception("what is answered in Slack cannot be noted")
                continue
            for task, taken in now.items():
                if taken.number not in held and not task.done():
                    task.cancel()

    async def _answer(self, taken: Taken) -> None:
        """Never raises, but where it is stopped."""
        try:
            end, answer = await self._ended_with(taken)
            await asyncio.to_thread(self._queue.finish, taken, end, answer.id if answer is not None else None)
        except Superseded:
            await asyncio.to_thread(self._queue.release, taken)
        except asyncio.CancelledError:
            await asyncio.shield(asyncio.to_thread(self._queue.release, taken))
            raise
        except Overloaded as error:
            await asyncio.to_thread(self._queue.release, taken, float(error.retry_after))
        except FootnoteError as error:
            _log.warning("A question from Slack waits. %s", error)
            with suppress(FootnoteError):
                await asyncio.to_thread(self._queue.release, taken, _pause(taken), min(taken.tries + 1, len(_PAUSES)))
        except Exception:  # nobody says any more that it is being answered: it is taken up again
            _log.exception("what became of a question from Slack cannot be noted")

    async def _ended_with(self, taken: Taken) -> tuple[End, Answer | None]:
        """How it ended, after whatever there is to say was said."""
        ask, messages = taken.ask, list(taken.messages)
        posting = KeptPosting(self._queue, taken, messages)
        try:
            if taken.begun_at is not None and not ask.ephemeral:
                for ts in await self._left_behind(ask, taken.begun_at):
                    await posting.posted(ts)
                posting = KeptPosting(self._queue, taken, messages)
            if taken.tries > _MOST_TRIES:
                await self._showing.failed(ask, self._sentence("slack_unforeseen", ask), posting)
                return "failed", None
            if taken.gone:
                await self._showing.withdraw(ask, posting)
                return "gone", None
            return await self._shown(ask, posting)
        except (Superseded, FootnoteError):
            raise
        except Exception as error:
            return await self._failed(taken, posting, error)

    async def _failed(self, taken: Taken, posting: Posting, error: Exception) -> tuple[End, None]:
        """Say so, where Slack takes it; come back later, where it may take it then."""
        hopeless = self._hopeless(error)
        if hopeless is None:
            _log.exception("a question from Slack could not be answered", exc_info=error)
            try:
                await self._showing.failed(taken.ask, self._sentence("slack_unforeseen", taken.ask), posting)
                return "failed", None
            except Superseded:
                raise
            except Exception as another:
                error, hopeless = another, self._hopeless(another)
        if hopeless is False and time.time() < float(taken.ask.ts or taken.begun_at or time.time()) + _LATEST:
            raise FootnoteError(f"Slack could not be told: {type(error).__name__}.") from error
        _log.error("An answer could not be shown in Slack, in %s: %s", taken.ask.channel, error)
        return "failed", None

    async def _shown(self, ask: Ask, posting: Posting) -> tuple[End, Answer | None]:
        rules = await self._groups.rules(ask.channel) if not ask.private else Rules()
        unsure = ask.kind == "channel" and rules.unmentioned == "when_sure"
        try:
            asker = await self._groups.asker(ask)
            question = await asyncio.to_thread(self._question, ask, asker, rules)
            events: AsyncIterator[AnswerEvent] = await self._running.gateway.stream(asker, question)
        except (Forbidden, QuestionRejected) as error:
            if ask.kind == "channel":
                return await self._silent(ask, posting)
            await self._showing.failed(ask, str(error), posting, again=False)
            return "failed", None
        except Overloaded:
            raise
        except FootnoteError as error:
            if unsure:
                return await self._silent(ask, posting)
            theirs = isinstance(error, (TooManyRequests, WhoAsksUnknown))
            if not theirs:
                _log.warning("A question from Slack could not be answered. %s", error)
            sentence = str(error) if theirs else self._sentence("slack_unavailable", ask)
            await self._showing.failed(ask, sentence, posting)
            return "failed", None
        silent = rules.silent and not ask.private
        async with aclosing(self._told(ask, events)) as told, aclosing(worth_saying(told, unsure, silent)) as worth:
            first = await anext(worth, None)
            if first is None:
                return await self._silent(ask, posting)
            answer = await self._showing.show(ask, led_by(first, worth), posting)
        if answer is None:
            return "failed", None
        if self._answered is not None:
            try:
                await asyncio.to_thread(self._answered, ask, asker, answer)
            except FootnoteError as error:
                _log.warning("What an answer in Slack cites is not watched. %s", error)
        return "answered", answer

    async def _silent(self, ask: Ask, posting: Posting) -> tuple[End, None]:
        """Nothing is to be said; what was, before an edit, is not true any more."""
        if posting.messages:
            await self._showing.withdraw(ask, posting)
        return "silent", None

    async def _told(self, ask: Ask, events: AsyncIterator[AnswerEvent]) -> AsyncGenerator[AnswerEvent, None]:
        """The events; what only whoever runs the service may read stays in its log."""
        try:
            async for event in events:
                if isinstance(event, Failed) and event.status >= 500:
                    _log.warning("A question from Slack could not be answered. %s", event.detail)
                    event = replace(event, detail=self._sentence("slack_unavailable", ask))
                yield event
        finally:
            await events.aclose()  # type: ignore[attr-defined]

    def _question(self, ask: Ask, asker: Identity, rules: Rules) -> Question:
        """What the engine is asked. Blocking."""
        conversation = self._threads.conversation(ask)
        history = () if ask.private or ask.thread is None else self._before(ask, asker)
        return Question(ask.text, asker.groups, language=rules.language, conversation_id=conversation, history=history)

    def _before(self, ask: Ask, asker: Identity) -> tuple[Exchange, ...]:
        """What was said in the thread by everyone, as far as this asker may read it. Blocking."""
        most, at = self._running.settings.answer.history, float(ask.ts or 0)
        told = []
        for answer_id, user in self._queue.answers_in(ask.channel, ask.thread or "", at, most):
            turn = self._running.conversations.turn(answer_id, Identity(asker.groups, f"slack:{user}"))
            if turn is not None:
                titles = tuple(dict.fromkeys(c.title for c in turn.answer.citations))
                told.append(Exchange(turn.answer.question, turn.answer.text, titles))
        return tuple(told)

    def _sentence(self, key: str, ask: Ask) -> str:
        return phrase(key, language_of(ask.text))


def _pause(taken: Taken) -> float:
    return _PAUSES[min(taken.tries, len(_PAUSES) - 1)]
