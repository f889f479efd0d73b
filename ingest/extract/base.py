"""The seam between a file format and the rest: bytes in, a draft of blocks out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

Kind = Literal["heading", "paragraph", "item", "row", "code", "line"]


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of an article as its format knows it.

    `line` is a physical line whose role the format does not tell (plain text, PDF; empty lines
    included); cleaning decides what it is. All other kinds are already whole: a `paragraph` has no
    line breaks that mean anything, an `item` carries its own marker ("- ", "2. "), a `row` is one
    table row with cells joined by " | ", `code` keeps its lines.
    """

    kind: Kind
    text: str
    level: int = 0
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """What a format yields: blocks in reading order, and whatever the format knows about them."""

    blocks: tuple[Block, ...]
    title: str | None = None
    author: str | None = None
    published_at: str | None = None
    url: str | None = None
    language: str | None = None
    groups: tuple[str, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)


class Extractor(Protocol):
    """One file format."""

    def __call__(self, data: bytes, name: str) -> Draft:
        """Read `data`; `name` (a file name) is only for messages.

        Raises:
            PermanentError: the bytes are not this format, are locked, or hold no text.
        """
        ...
