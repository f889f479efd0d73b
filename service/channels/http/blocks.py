"""Canonical text as a page shows it: headings, lists and paragraphs, a quote marked wherever it runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ingest.article import Article
from ingest.cleaning.lines import item_marker

_GAP = re.compile(r"\n(?:[ \t]*\n)+")


@dataclass(frozen=True, slots=True)
class Piece:
    """Some characters; `anchor` is true for the first that are marked."""

    text: str
    marked: bool = False
    anchor: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A heading, a paragraph or a list item, in pieces; `marker` is the item's own bullet or number."""

    pieces: tuple[Piece, ...]
    marker: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """What stands between two empty lines."""

    kind: Literal["heading", "list", "paragraph"]
    lines: tuple[Line, ...]
    level: int = 0


def blocks_of(article: Article, quote: tuple[int, int] | None = None) -> Iterator[Block]:
    """Every character of the text but the white space between blocks and lines, in order.

    The page's h1 is the title, so a first heading that repeats it has level 1 and all others begin at 2.
    """
    cut = _Cut(article.text, quote)
    headings = {s.start: s for s in article.sections}
    title = next((s for s in article.sections if s.start == 0 and s.heading == article.title), None)
    top = min((s.level for s in article.sections if s is not title), default=1)
    for start, end in _spans(article.text):
        section = headings.get(start)
        if section is not None and end - start <= len(section.heading):
            level = 1 if section is title else min(2 + section.level - top, 6)
            yield Block("heading", (Line(cut(start, end)),), level)
            continue
        items = [_item(article.text, s, e) for s, e in _lines(article.text, start, end)]
        if all(body > s for s, body, _ in items):
            yield Block("list", tuple(Line(cut(body, e), marker) for s, body, e in items if (marker := cut(s, body))))
        else:
            yield Block("paragraph", (Line(cut(start, end)),))


class _Cut:
    """Cuts spans at the ends of the quote."""

    def __init__(self, text: str, quote: tuple[int, int] | None) -> None:
        self._text, self._quote, self._anchored = text, quote or (0, 0), False

    def __call__(self, start: int, end: int) -> tuple[Piece, ...]:
        a, b = max(start, self._quote[0]), min(end, self._quote[1])
        if a >= b:
            return (Piece(self._text[start:end]),)
        anchor, self._anchored = not self._anchored, True
        before, after = Piece(self._text[start:a]), Piece(self._text[b:end])
        return tuple(p for p in (before, Piece(self._text[a:b], True, anchor), after) if p.text)


def _item(text: str, start: int, end: int) -> tuple[int, int, int]:
    """Where a line starts, where it goes on after its marker (at its start: there is none), where it ends."""
    line = text[start:end]
    indent = len(line) - len(line.lstrip())
    marker = item_marker(line[indent:])
    return start, start + indent + len(marker) if marker else start, end


def _spans(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for gap in _GAP.finditer(text):
        if gap.start() > start:
            yield start, gap.start()
        start = gap.end()
    if start < len(text):
        yield start, len(text)


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end:
        stop = text.find("\n", start, end)
        stop = end if stop < 0 else stop
        yield start, stop
        start = stop + 1
