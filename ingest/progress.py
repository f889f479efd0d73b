"""Tells a person how far a run is: a moving line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from typing import Protocol, TextIO


class Progress(Protocol):
    """Hears what a run does."""

    def reading(self, name: str) -> None:
        """An article is being read."""
        ...

    def embedding(self, done: int, total: int) -> None:
        """`done` of `total` chunks are embedded."""
        ...

    def finish(self) -> None:
        """The run is over."""
        ...


class Silent:
    """Says nothing."""

    def reading(self, name: str) -> None:
        """Nothing."""

    def embedding(self, done: int, total: int) -> None:
        """Nothing."""

    def finish(self) -> None:
        """Nothing."""


class Lines:
    """Writes to a stream, with rate and time left."""

    def __init__(self, stream: TextIO = sys.stderr, every: float = 10.0) -> None:
        self._stream, self._terminal = stream, stream.isatty()
        self._every = 0.1 if self._terminal else every
        self._started, self._said = 0.0, 0.0

    def reading(self, name: str) -> None:
        """On a terminal only: elsewhere it would be a line a file."""
        if self._terminal and time.monotonic() - self._said > self._every:
            self._say(f"reading {name}")

    def embedding(self, done: int, total: int) -> None:
        """Rate and time left."""
        at = time.monotonic()
        if not done or not self._started:
            self._started = at
        if at - self._said < self._every and done < total:
            return
        rate = done / (at - self._started) if at > self._started else 0.0
        left = f", {_clock((total - done) / rate)} left" if rate and done < total else ""
        self._say(f"embedding {done}/{total} chunks" + (f", {rate:.1f} a second{left}" if rate else ""))

    def finish(self) -> None:
        """Leave the terminal's line clean."""
        if self._terminal:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def _say(self, line: str) -> None:
        self._said = time.monotonic()
        self._stream.write(f"\r\x1b[K{line[:110]}" if self._terminal else f"{line}\n")
        self._stream.flush()


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes} min {seconds:02d} s" if minutes else f"{seconds} s"
