"""Runs of lines that stand as they are: tables, code, forms, verse, addresses. Joining them would destroy them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from ingest.cleaning.layout import Layout
from ingest.cleaning.lines import Line, is_aligned, is_label
from ingest.cleaning.verse import Verse
from ingest.extract.base import Kind

_LONGEST = 400
_CODE = re.compile(
    r"[{}]$|^[})\]]+[;,]?$|\);$|^\s*(?:def|class|elif|else|try|except|while|for|if)\b.*:$|^#include\b|^@\w+"
    r"|^(?:import|from) [\w.]+(?: import [\w, *]+)?$|^(?:const|let|var|return|public|private|static)\b.*;$"
    r"|^\w[\w.\[\]\"']* ?(?:=|:=|\+=) ?\S|\w\(.*\)[;:]?$|^(?:\$|>>>) \S|^</?\w+[^>]*>$"
)


def standing(lines: Sequence[Line], layout: Layout) -> Iterator[tuple[int, int, Kind]]:
    """Where such runs begin and end among `lines`, and what to make of them."""
    verse = Verse(lines, layout)
    at = 0
    while at < len(lines):
        if (end := _table(lines, at, layout)) > at:
            yield at, end, "row"
        elif (end := max(_code(lines, at), _form(lines, at), verse.end(at))) > at:
            yield at, end, "code"
        at = max(end, at + 1)


def _table(lines: Sequence[Line], at: int, layout: Layout) -> int:
    end = at + 1
    while (
        end < len(lines) and is_aligned(lines[end - 1], lines[end]) and not layout.runs_on(lines[end - 1], lines[end])
    ):
        end += 1
    return end if end - at > 1 else at


def _code(lines: Sequence[Line], at: int) -> int:
    if not _CODE.search(lines[at].text[:_LONGEST]):
        return at
    margin = lines[at].indent
    end = _while(lines, at, lambda line: line.indent > margin or _CODE.search(line.text[:_LONGEST]) is not None)
    return end if end - at > 1 else at


def _form(lines: Sequence[Line], at: int) -> int:
    end = _while(lines, at, lambda line: is_label(line.text) and line.width <= 80)
    return end if end - at > 1 else at


def _while(lines: Sequence[Line], at: int, holds: Callable[[Line], bool]) -> int:
    """The end of the run of adjacent lines, equally deep in quotes, for which `holds`."""
    end = at
    while end < len(lines) and lines[end].text and lines[end].depth == lines[at].depth and holds(lines[end]):
        end += 1
    return end
