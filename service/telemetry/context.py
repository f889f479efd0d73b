"""What is going on where a line is logged or a stage is timed: which request, and which answer."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class Requested:
    """A request while it is served. `scope` is ASGI's; `span` is its span where it is traced."""

    scope: MutableMapping[str, Any]
    span: Any = None
    asker: str | None = None
    answer_id: str | None = None

    @property
    def id(self) -> str | None:
        """The request's id, once it has one."""
        found: str | None = self.scope.get("state", {}).get("request_id")
        return found


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of making an answer; times in nanoseconds of the performance counter."""

    name: str
    began: int
    ended: int

    @property
    def seconds(self) -> float:
        """How long it took."""
        return (self.ended - self.began) / 1e9


@dataclass(slots=True)
class Record:
    """An answer while it is made."""

    asker: str | None = None
    request: Requested | None = None
    answer_id: str | None = None
    began: int = field(default_factory=time.perf_counter_ns)
    first_sentence: int | None = None
    stages: list[Stage] = field(default_factory=list)


_requested: ContextVar[Requested | None] = ContextVar("requested", default=None)
_record: ContextVar[Record | None] = ContextVar("record", default=None)


def requested() -> Requested | None:
    """The request that is being served here, if one is."""
    return _requested.get()


def serve(request: Requested) -> None:
    """Let what follows in this task, and in what it starts, be part of a request."""
    _requested.set(request)


def record() -> Record | None:
    """The answer that is being made here, if one is."""
    return _record.get()


@contextmanager
def making(one: Record) -> Iterator[None]:
    """Let what is done inside be part of an answer."""
    token = _record.set(one)
    try:
        yield
    finally:
        _record.reset(token)


async def followed(one: Record, events: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
    """The events, each of which is made as part of an answer: whoever reads may read each from another task."""
    while True:
        with making(one):
            try:
                event = await anext(events)
            except StopAsyncIteration:
                return
        yield event
