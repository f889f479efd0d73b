"""Runs of lines that stand as they are: tables, code, forms, verse, addresses. Joining them would destroy them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from ingest.byline import is_byline
from ingest.extract.base import Kind
from ingest.headings import rank
from ingest.layout import Layout
from ingest.lines import Line, columns, is_complete, is_label, is_rule, is_stray, item_marker

_CODE = re.compile(
    r"[{}]$|^[})\]]+[;,]?$|\);$|^\s*(?:def|class|elif|else|try|except|while|for|if)\b.*:$|^#include\b|^@\w+"
    r"|^(?:import|from) [\w.]+(?: import [\w, *]+)?$|^(?:const|let|var|return|public|private|static)\b.*;$"
    r"|^\w[\w.\[\]\"']* ?(?:=|:=|\+=) ?\S|\w\(.*\)[;:]?$|^(?:\$|>>>) \S|^</?\w+[^>]*>$"
)


def standing(lines: Sequence[Line], layout: Layout) -> Iterator[tuple[int, int, Kind]]:
    """Where such runs begin and end among `lines`, and what to make of them."""
    at = 0
    while at < len(lines):
        for find, kind in _FINDERS:
            if (end := find(lines, at, layout)) > at:
                yield at, end, kind
                at = end
                break
        else:
            at += 1


def _table(lines: Sequence[Line], at: int, _: Layout) -> int:
    end = _while(lines, at, lambda line: len(columns(line.text)) > 1)
    run = lines[at:end]
    return end if len(run) > 1 and all(_aligned(a, b) for a, b in pairwise(run)) else at


def _aligned(a: Line, b: Line) -> bool:
    if any("\t" in line.text or " | " in line.text for line in (a, b)):
        return True
    return bool({start for start, _ in columns(a.text)[1:]} & {start for start, _ in columns(b.text)[1:]})


def _code(lines: Sequence[Line], at: int, _: Layout) -> int:
    end = _while(lines, at, lambda line: line.indent > lines[at].indent or _CODE.search(line.text[:400]) is not None)
    return end if _CODE.search(lines[at].text[:400]) and end - at > 1 else at


def _form(lines: Sequence[Line], at: int, _: Layout) -> int:
    end = _while(lines, at, lambda line: is_label(line.text) and line.width <= 80)
    return end if end - at > 1 else at


def _verse(lines: Sequence[Line], at: int, layout: Layout) -> int:
    """At least three short lines, most of which end no sentence; two are enough for a signature."""
    end = _while(lines, at, lambda line: layout.is_short(line) and _is_plain(line.text))
    if (
        end < len(lines)
        and lines[end].text
        and layout.margin
        and end > at
        and layout.is_full(lines[end - 1], lines[end])
    ):
        end -= 1
    signed = at > 0 and lines[at - 1].text == "--"
    open_ends = sum(not is_complete(line.text) for line in lines[at:end])
    return end if end - at >= (2 if signed else 3) and open_ends * 2 > end - at else at


def _is_plain(text: str) -> bool:
    return not (item_marker(text) or is_rule(text) or is_stray(text) or is_byline(text) or rank(text))


def _while(lines: Sequence[Line], at: int, holds: Callable[[Line], bool]) -> int:
    """The end of the run of adjacent lines, equally deep in quotes, for which `holds`."""
    end = at
    while end < len(lines) and lines[end].text and lines[end].depth == lines[at].depth and holds(lines[end]):
        end += 1
    return end


_FINDERS: tuple[tuple[Callable[[Sequence[Line], int, Layout], int], Kind], ...] = (
    (_table, "row"),
    (_code, "code"),
    (_form, "code"),
    (_verse, "code"),
)
