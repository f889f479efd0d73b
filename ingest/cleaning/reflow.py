"""Physical lines become passages: wrapped lines joined, lists, tables, verse and headings left apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from textwrap import dedent

from ingest.cleaning.byline import is_byline
from ingest.cleaning.headings import headed, rank
from ingest.cleaning.layout import Layout, single_spaced
from ingest.cleaning.lines import (
    CONTINUERS,
    Line,
    columns,
    is_cjk,
    is_complete,
    is_continuation,
    is_label,
    is_rule,
    is_stray,
    item_marker,
    physical_line,
)
from ingest.cleaning.mending import is_end_mark, mended
from ingest.cleaning.passage import Gap, Passage, Pieces
from ingest.cleaning.seam import Seams
from ingest.cleaning.verbatim import standing
from ingest.extract.base import Block, Kind

_SPACE = re.compile(r"\s+")
_SETEXT = re.compile(r"={3,}|-{3,}")
_MOST, _HALF = 0.7, 0.5
_CJK_BREAK = re.compile(r"(?<=[\u2e80-\u9fff\uff00-\uff65])\s*\n\s*(?=[\u2e80-\u9fff\uff00-\uff65])")


def reflow(blocks: Sequence[Block]) -> list[Passage]:
    """The passages of an article whose characters are already normalised, none of them undecided."""
    texts = [block.text for block in blocks if block.kind == "line"]
    quoted = sum(text.startswith(">") for text in texts) > 1
    layout = Layout.of([physical_line(text, None, quoted) for text in texts])
    seams = Seams(texts)
    passages: list[Passage] = []
    for is_line, run in groupby(blocks, key=lambda block: block.kind == "line"):
        if is_line:
            lines = [physical_line(block.text, block.page, quoted) for block in run]
            passages += _Reflow(layout, seams).passages(lines)
        else:
            passages += (_whole(block) for block in run if block.text.strip())
    return headed(mended(passages, seams))


def _whole(block: Block) -> Passage:
    if block.kind == "code":
        text = "\n".join(part.rstrip() for part in dedent(block.text.expandtabs(4)).split("\n")).strip()
    else:
        text = spaced(_CJK_BREAK.sub("", block.text))
    return Passage(block.kind, text, block.level, pages=_pages(block.page))


def spaced(text: str) -> str:
    """`text` on one line with single spaces."""
    return _SPACE.sub(" ", text).strip()


def _pages(page: int | None) -> tuple[tuple[int, int], ...]:
    return () if page is None else ((0, page),)


class _Reflow:
    """One run of lines, read from top to bottom."""

    def __init__(self, layout: Layout, seams: Seams) -> None:
        self._layout, self._seams = layout, seams
        self._done: list[Passage] = []
        self._open: Pieces | None = None
        self._last = Line("")
        self._gap = Gap.EMPTY_LINE

    def passages(self, lines: Sequence[Line]) -> list[Passage]:
        """The passages of `lines`; "line" where a neighbour has to decide."""
        lines = _over_page_breaks(single_spaced(lines) if self._layout.double_spaced else lines)
        apart = {start: (end, kind) for start, end, kind in standing(lines, self._layout)}
        at = 0
        while at < len(lines):
            if at in apart:
                end, kind = apart[at]
                self._stand(lines[at:end], kind)
                at = end
            elif level := _underlined(lines, at):
                self._heading(lines[at], level)
                at += 2
            else:
                self._take(lines[at])
                at += 1
        self._close()
        return self._done

    def _take(self, line: Line) -> None:
        if not line.text:
            self._close(Gap.EMPTY_LINE)
        elif is_rule(line.text):
            self._close(Gap.WALL)
        elif is_stray(line.text):
            self._close()
            self._done.append(Passage("line", line.text, gap=self._gap))
            self._gap = Gap.NONE
        elif self._open is not None and self._continues(self._open, line):
            self._open.add(spaced(line.text), _pages(line.page))
            self._last = line
        else:
            self._begin(line)

    def _begin(self, line: Line) -> None:
        text = line.text
        if line.depth != self._last.depth or is_label(text):
            self._close(Gap.WALL)
        if level := rank(text):
            self._heading(line, level)
        elif is_byline(text) or is_end_mark(text):
            self._stand([line], "paragraph")
            self._gap = Gap.WALL
        else:
            self._open_at(line, "line")

    def _heading(self, line: Line, level: int) -> None:
        self._close(Gap.WALL)
        self._open_at(line, "line", level)
        self._close(Gap.WALL)

    def _stand(self, lines: Sequence[Line], kind: Kind) -> None:
        self._close(Gap.WALL if kind == "paragraph" else Gap.NONE)
        margin = min(line.indent for line in lines)
        if kind == "row":
            for line in lines:
                self._open_at(line, kind, text=" | ".join(cell for _, cell in columns(line.text)))
                self._close(Gap.NONE)
        else:
            parts, pages, length = list[str](), list[tuple[int, int]](), 0
            for line in lines:
                if line.page is not None and (not pages or pages[-1][1] != line.page):
                    pages.append((length, line.page))
                parts.append(" " * (line.indent - margin if parts else 0) + line.text)
                length += len(parts[-1]) + 1
            self._done.append(Passage(kind, "\n".join(parts), gap=self._gap, pages=tuple(pages)))
            self._last = lines[-1]
        self._gap = Gap.NONE

    def _open_at(self, line: Line, kind: Kind, level: int = 0, text: str | None = None) -> None:
        self._close()
        self._open = Pieces(
            Passage(kind, spaced(line.text) if text is None else text, level, self._gap, _pages(line.page)), self._seams
        )
        self._last, self._gap = line, Gap.NONE

    def _close(self, gap: Gap = Gap.NONE) -> None:
        if self._open is not None:
            self._done.append(self._open.passage())
            self._open = None
        self._gap = max(self._gap, gap)

    def _continues(self, open_: Pieces, line: Line) -> bool:
        """Whether `line` goes on with the open passage, as its margin, indentation and words tell."""
        last, margin = self._last, self._layout.margin
        if line.depth != last.depth:
            return False
        full = margin > 0 and self._layout.is_full(last, line)
        inside = full and not is_complete(last.text)
        text = line.text
        if not inside and (item_marker(text) or rank(text) or is_byline(text) or is_label(text) or is_end_mark(text)):
            return False
        if item_marker(open_.first.text) is not None:
            if item_marker(text) and _same_marker(open_.first.text, text):
                return False
            if line.indent > last.indent:
                return True
        if not margin or (line.indent > last.indent + 1 and not inside):
            return False
        if full:
            return True
        if is_complete(last.text):
            return False
        if is_cjk(last.text[-1]) and is_cjk(text[0]):
            return last.width >= _MOST * margin  # cut after so many characters, some of them narrow
        return (is_continuation(text) or last.text[-1] in CONTINUERS) and last.width >= _HALF * margin


def _same_marker(a: str, b: str) -> bool:
    return a[0] == b[0] or (a[0].isdigit() and b[0].isdigit())


def _underlined(lines: Sequence[Line], at: int) -> int:
    """The level of a heading with a line of "=" or "-" under it, else 0."""
    if at + 1 >= len(lines) or not _SETEXT.fullmatch(lines[at + 1].text) or (at and lines[at - 1].text):
        return 0
    text = lines[at].text
    if not text or len(text) > 120 or is_rule(text) or is_complete(text) or item_marker(text):
        return 0
    return 1 if lines[at + 1].text[0] == "=" else 2


def _over_page_breaks(lines: Sequence[Line]) -> list[Line]:
    """`lines` without the empty ones at a page break that falls inside a sentence."""
    kept: list[Line] = []
    waiting: list[Line] = []
    for line in lines:
        if not line.text:
            waiting.append(line)
            continue
        last = next((known for known in reversed(kept) if known.text), None) if waiting else None
        turned = last is not None and last.page != line.page
        if not (turned and last is not None and _runs_over(last.text, line.text)):
            kept += waiting
        waiting = []
        kept.append(line)
    return kept


def _runs_over(before: str, after: str) -> bool:
    return not is_complete(before) and (is_continuation(after) or is_cjk(after[0]))
