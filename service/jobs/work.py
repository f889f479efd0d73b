"""One operation on the index, and how far it is."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Literal

from ingest.errors import FootnoteError, TransientError
from ingest.index.catalogue import now

State = Literal["queued", "running", "done", "failed"]
STOPPED = "The service was stopped. Start the same again: it carries on from here."


@dataclass(frozen=True, slots=True)
class JobState:
    """A job as it is seen at one moment: `done` of `total` chunks, or what is being read. `number` rises with time."""

    id: str
    operation: str
    started_by: str | None
    state: State
    reading: str
    done: int
    total: int
    revision: int
    result: dict[str, Any] | None
    error: str | None
    created_at: str
    ended_at: str | None
    number: int = 0

    @property
    def over(self) -> bool:
        """Whether nothing will change any more."""
        return self.state in ("done", "failed")


@dataclass(eq=False, slots=True)
class Work:
    """A job in this process; also its own `Progress`. `ended` is done when it is, and never fails."""

    operation: str
    arguments: Mapping[str, Any]
    started_by: str | None = None
    tell: Callable[[Work], None] = lambda _work: None
    id: str = field(default_factory=lambda: f"job_{secrets.token_hex(8)}")
    state: State = "queued"
    reading_now: str = ""
    done: int = 0
    total: int = 0
    revision: int = 1
    result: dict[str, Any] | None = None
    error: str | None = None
    failure: FootnoteError | None = None
    created_at: str = field(default_factory=now)
    ended_at: str | None = None
    ended: Future[None] = field(default_factory=Future)
    stopping: threading.Event = field(default_factory=threading.Event)
    gives_way: threading.Event = field(default_factory=threading.Event)
    gave_way: bool = False

    def reading(self, name: str) -> None:
        """See `Progress.reading`.

        Raises:
            TransientError: the service is stopping, or something that is more urgent waits; so does `embedding`.
        """
        self._go_on()
        self.state = "running"
        self.reading_now = name
        self.change()

    def embedding(self, done: int, total: int) -> None:
        """See `Progress.embedding`."""
        self._go_on()
        self.state = "running"
        self.reading_now, self.done, self.total = "", done, total
        self.change()

    def finish(self) -> None:
        """See `Progress.finish`."""
        self.reading_now = ""

    def begin(self) -> None:
        """It is being carried out now."""
        self.gave_way = False
        self.state = "running"
        self.change()

    def wait_again(self) -> None:
        """Back into the queue."""
        self.gives_way.clear()
        self.state = "queued"
        self.change()

    def end(
        self, result: dict[str, Any] | None, error: str | None = None, failure: FootnoteError | None = None
    ) -> None:
        """It is over."""
        self.result, self.error, self.failure = result, error, failure
        self.ended_at, self.reading_now = now(), ""
        self.state = "failed" if error is not None else "done"
        self.change()
        self.ended.set_result(None)

    def change(self) -> None:
        """Something of it changed."""
        self.revision += 1
        self.tell(self)

    def seen(self) -> JobState:
        """How it is now."""
        return JobState(
            id=self.id,
            operation=self.operation,
            started_by=self.started_by,
            state=self.state,
            reading=self.reading_now,
            done=self.done,
            total=self.total,
            revision=self.revision,
            result=self.result,
            error=self.error,
            created_at=self.created_at,
            ended_at=self.ended_at,
        )

    def _go_on(self) -> None:
        if self.stopping.is_set():
            raise TransientError(STOPPED)
        if self.gives_way.is_set():
            self.gave_way = True
            raise TransientError("Something more urgent goes first.")
