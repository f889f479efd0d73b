"""Stands before the making of answers: gives one again, or has it made and keeps it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import dataclass, field

from ingest.errors import FootnoteError
from service.answer import AnswerEvent, Completed, Question, Sources
from service.answering.caching.given import given_again, is_worth_keeping
from service.answering.caching.kept import CacheCounts, Entry, Kept
from service.answering.caching.key import Key
from service.answering.compose import Draft
from service.settings import CacheSettings

_log = logging.getLogger(__name__)
# Most seconds that a question waits for the answer to the same one, which may be read slowly or never be finished.
_PATIENCE = 15.0

Events = AsyncGenerator[AnswerEvent, None]


@dataclass(slots=True)
class _Flight:
    """An answer that is being made; only questions on the same loop can wait for it."""

    loop: asyncio.AbstractEventLoop
    done: asyncio.Event = field(default_factory=asyncio.Event)


class AnswerCache:
    """Of one engine: what its settings say is equal for all answers in it."""

    def __init__(self, fingerprint: Callable[[], str], settings: CacheSettings) -> None:
        """`fingerprint` is equal while nothing has changed that an answer is made of; it may block."""
        self._fingerprint = fingerprint
        self._kept = Kept(settings.size, settings.seconds)
        self._flights: dict[Hashable, _Flight] = {}
        # Of its own, so that an answer that is there does not queue behind searches.
        self._reading = ThreadPoolExecutor(1, thread_name_prefix="cache")

    @property
    def counts(self) -> CacheCounts:
        """What became of questions and answers so far."""
        return self._kept.counts

    def __len__(self) -> int:
        """Answers that are kept."""
        return len(self._kept)

    def clear(self) -> None:
        """Let go of all answers."""
        self._kept.clear()

    async def events(self, draft: Draft, question: Question, make: Callable[[], Events]) -> Events:
        """Everything after `started`: of an answer that is kept, or of the one that `make` makes.

        Of several who ask the same at once, one has it made and the others wait; where nothing comes of it they go on
        by themselves.
        """
        began = time.perf_counter()
        mark = await self._mark()
        if mark is None:
            async with aclosing(make()) as events:
                async for event in events:
                    yield event
            return
        key = Key.of(draft, question)
        entry = self._kept.find(key, mark)
        if entry is None and await self._waited(key, min(_PATIENCE, draft.left() / 2)):
            mark = await self._mark() or mark
            entry = self._kept.find(key, mark)
        if entry is not None:
            draft.timings["cache"] = (time.perf_counter() - began) * 1000
            for event in given_again(entry, draft, question.asker):
                yield event
            return
        self._kept.missed()
        async with aclosing(self._made(key, mark, draft, question.asker, make)) as events:
            async for event in events:
                yield event

    async def _made(self, key: Key, mark: str, draft: Draft, asker: str | None, make: Callable[[], Events]) -> Events:
        """Have an answer made, and keep it if it is worth that."""
        flight = _Flight(asyncio.get_running_loop())
        self._flights.setdefault(key.exact, flight)
        sources = Sources(())
        try:
            async with aclosing(make()) as events:
                async for event in events:
                    if isinstance(event, Sources):
                        sources = event
                    if isinstance(event, Completed):
                        if is_worth_keeping(event.answer, draft):
                            self._kept.keep(Entry(key, event.answer, sources, asker, time.monotonic()), mark)
                        self._land(key, flight)
                    yield event
        finally:
            self._land(key, flight)

    def _land(self, key: Key, flight: _Flight) -> None:
        if self._flights.get(key.exact) is flight:
            del self._flights[key.exact]
        flight.done.set()

    async def _waited(self, key: Key, most: float) -> bool:
        """Wait for the answer to the same question, if one is being made; whether there was one."""
        flight = self._flights.get(key.exact)
        if flight is None or flight.loop is not asyncio.get_running_loop():
            return False
        try:
            async with asyncio.timeout(most):
                await flight.done.wait()
        except TimeoutError:
            return False
        return True

    async def _mark(self) -> str | None:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._reading, self._fingerprint)
        except FootnoteError as error:
            _log.warning("Whether articles have changed cannot be told: no answer is given again. %s", error)
            return None
