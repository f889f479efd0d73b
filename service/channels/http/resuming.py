"""Answers in progress: a connection that drops can be taken up again, and an answer nobody follows is given up."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing

from service.answer import AnswerEvent, Failed, Started
from service.errors import NotFound
from service.identity import Identity

_log = logging.getLogger(__name__)
_EVENT_ID = re.compile(r"(ans_[0-9a-f]{1,64})\.(\d{1,9})")
# Seconds in which whoever asked begins to follow, unless they left before.
_FIRST = 5.0
GONE = (
    "The answer of this Last-Event-ID is not in progress here and was not kept: ask again without the header "
    "Last-Event-ID."
)


def event_id(answer_id: str, number: int) -> str:
    """The `id` of an event: with it alone the answer is found again."""
    return f"{answer_id}.{number}"


def parsed(last_event_id: str) -> tuple[str, int]:
    """The answer and the number of the last event that was received.

    Raises:
        NotFound: no event has this id.
    """
    found = _EVENT_ID.fullmatch(last_event_id.strip())
    if found is None:
        raise NotFound(GONE)
    return found[1], int(found[2])


class InProgress:
    """One answer while it is made: read by a task of its own, followed by whoever asked."""

    def __init__(
        self, asker: Identity, groups: tuple[str, ...], events: AsyncGenerator[AnswerEvent, None], patience: float
    ) -> None:
        """`patience`: seconds that the making goes on while nobody follows it."""
        self._asker, self._groups = asker, frozenset(groups)
        self._patience = patience
        self._events: list[AnswerEvent] = []
        self._more = asyncio.Event()
        self._followers = 0
        self.answer_id = ""
        self.task = asyncio.create_task(self._read(events))
        self.task.add_done_callback(lambda _: self._tell())
        self._giving_up = asyncio.get_running_loop().call_later(_FIRST, self.task.cancel)

    def open_to(self, asker: Identity) -> bool:
        """Whether this asker asked it, or could have."""
        return asker.owner or (asker.name == self._asker.name and self._groups <= frozenset(asker.groups))

    async def follow(self, after: int = 0) -> AsyncGenerator[tuple[str, AnswerEvent], None]:
        """(id, event) of every event after that number, those that are there at once and the others as they come."""
        self._followers += 1
        self._giving_up.cancel()
        try:
            while True:
                ended, more = self.task.done(), self._more
                while after < len(self._events):
                    after += 1
                    yield event_id(self.answer_id, after), self._events[after - 1]
                if ended:
                    return
                await more.wait()
        finally:
            self._followers -= 1
            if not self._followers and not self.task.done():
                self._giving_up = asyncio.get_running_loop().call_later(self._patience, self.task.cancel)

    def stop(self) -> None:
        """End it: whoever asked does not want it any more."""
        self.task.cancel()

    def give_up(self) -> None:
        """End it with the event that says that it is not whole."""
        if not self.task.done():
            self._events.append(Failed("", "", 503))
            self.task.cancel()

    async def _read(self, events: AsyncGenerator[AnswerEvent, None]) -> None:
        try:
            async with aclosing(events):
                async for event in events:
                    if isinstance(event, Started):
                        self.answer_id = event.answer_id
                    self._events.append(event)
                    self._tell()
        except Exception:
            _log.exception("%s broke off", self.answer_id)
            self._events.append(Failed("", "", 500))

    def _tell(self) -> None:
        told, self._more = self._more, asyncio.Event()
        told.set()


class AnswersInProgress:
    """Those of this process."""

    def __init__(self, patience: float) -> None:
        """`patience` as `InProgress` has it."""
        self._patience = patience
        self._all: set[InProgress] = set()

    def give_up(self) -> None:
        """End all of them: the service stops, and they were not whole in time."""
        for one in list(self._all):
            one.give_up()

    def start(self, asker: Identity, groups: tuple[str, ...], events: AsyncGenerator[AnswerEvent, None]) -> InProgress:
        """Begin to make an answer."""
        begun = InProgress(asker, groups, events, self._patience)
        self._all.add(begun)
        begun.task.add_done_callback(lambda _: self._all.discard(begun))
        return begun

    def find(self, answer_id: str, asker: Identity) -> InProgress | None:
        """The answer of that id, where it is this asker's and not finished."""
        return next((one for one in self._all if one.answer_id == answer_id and one.open_to(asker)), None)
