"""Tells a person how far a run is: a moving line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import math
import shutil
import sys
import time
import unicodedata
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

    def __init__(self, stream: TextIO | None = None, every: float = 10.0) -> None:
        self._stream = stream or sys.stderr
        self._terminal = self._stream.isatty()
        self._every = 0.1 if self._terminal else every
        self._started, self._said = 0.0, -math.inf

    def reading(self, name: str) -> None:
        """On a terminal only: elsewhere it would be a line a file."""
        if self._terminal and time.monotonic() - self._said > self._every:
            self._say(f"reading {name}")

    def embedding(self, done: int, total: int) -> None:
        """Rate and time left."""
        self.counting("embedding", "chunks", done, total)

    def counting(self, doing: str, what: str, done: int, total: int) -> None:
        """`done` of `total` of something, with rate and time left."""
        at = time.monotonic()
        if not total:
            return
        if not done or not self._started:
            self._started = at
        if at - self._said < self._every and done < total:
            return
        rate = done / (at - self._started) if at > self._started else 0.0
        left = f", {_clock((total - done) / rate)} left" if rate and done < total else ""
        self._say(f"{doing} {done}/{total} {what}" + (f", {rate:.1f} a second{left}" if rate else ""))

    def finish(self) -> None:
        """Leave the terminal's line clean."""
        if self._terminal:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def _say(self, line: str) -> None:
        self._said = time.monotonic()
        self._stream.write(
            f"\r\x1b[K{_fitting(line, shutil.get_terminal_size().columns)}" if self._terminal else f"{line}\n"
        )
        self._stream.flush()


def _fitting(line: str, columns: int) -> str:
    """As much of a line as fits in one row; a name's control characters are not sent to the terminal."""
    shown, width = "", 0
    for c in line:
        width += 2 if unicodedata.east_asian_width(c) in "WF" else 1
        if width >= columns:
            break
        shown += c if c.isprintable() else "?"
    return shown


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes} min {seconds:02d} s" if minutes else f"{seconds} s"
