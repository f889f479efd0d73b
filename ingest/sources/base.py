"""The seam between where articles come from and the job: list what there is, fetch one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from ingest.errors import FootnoteError


@dataclass(frozen=True, slots=True)
class Item:
    """One thing a source has. `uri` is the same on every listing; `name` is for people."""

    uri: str
    name: str
    size: int
    fetch: Callable[[], bytes]
    ready: bool = False


@dataclass(frozen=True, slots=True)
class Unreadable:
    """One thing a source has and cannot give."""

    uri: str
    error: FootnoteError


class Source(Protocol):
    """A place that articles come from."""

    def list(self) -> Iterator[Item | Unreadable]:
        """Everything there is, lazily and in a stable order."""
        ...
