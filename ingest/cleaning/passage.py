"""A passage: one piece of canonical text while it is being put together."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import IntEnum

from ingest.cleaning.seam import Seams
from ingest.extract.base import Kind


class Gap(IntEnum):
    """What stood between a passage and the one before it."""

    NONE = 0
    EMPTY_LINE = 1
    WALL = 2  # nothing may be joined across


@dataclass(frozen=True, slots=True)
class Passage:
    """`kind` "line" is a paragraph of a format without roles: it may yet turn out a heading.

    `pages` says at which character of `text` which page of the original begins.
    """

    kind: Kind
    text: str
    level: int = 0
    gap: Gap = Gap.EMPTY_LINE
    pages: tuple[tuple[int, int], ...] = ()


@dataclass(slots=True)
class Pieces:
    """Collects the pieces of one passage; a passage of a million pieces still takes linear time."""

    first: Passage
    seams: Seams
    _parts: list[str] = field(init=False)
    _pages: list[tuple[int, int]] = field(init=False)
    _length: int = field(init=False)

    def __post_init__(self) -> None:
        self._parts, self._pages, self._length = [self.first.text], list(self.first.pages), len(self.first.text)

    @property
    def last(self) -> str:
        """The piece added last."""
        return self._parts[-1]

    def __len__(self) -> int:
        return self._length

    def add(self, text: str, pages: tuple[tuple[int, int], ...]) -> None:
        """Join `text` to the end."""
        cut, glue = self.seams.between(self._parts[-1], text)
        self._parts[-1] = self._parts[-1][: len(self._parts[-1]) - cut] + glue
        self._length += len(glue) - cut
        last_page = self._pages[-1][1] if self._pages else None
        self._pages += [(self._length + at, page) for at, page in pages if page != last_page]
        self._parts.append(text)
        self._length += len(text)

    def passage(self) -> Passage:
        """All pieces as one passage."""
        return replace(self.first, text="".join(self._parts), pages=tuple(self._pages))
