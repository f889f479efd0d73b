"""Which lines of a text without markup are headings or list items, and how deep the headings are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.cleaning.byline import is_byline
from ingest.cleaning.lines import CONTINUERS, cells, is_complete, is_label, item_marker
from ingest.cleaning.passage import Gap, Passage

_NUMBER = "[一二三四五六七八九十百]"
_TITLE = 1  # also underlined with "="
_UNNUMBERED = 2  # also underlined with "-"
_NUMBERED = (
    re.compile(rf"第(?:{_NUMBER}+|\d+)[章部篇编卷][^，。]*|(?:Chapter|Part|CHAPTER|PART) (?:\d+|[IVXL]+)\b.*"),
    re.compile(rf"第(?:{_NUMBER}+|\d+)节[^，。]*"),
    re.compile(rf"{_NUMBER}{{1,3}}(?:[、．.].*)?|0\d|[IVX]+\.?"),
    re.compile(rf"[（(]{_NUMBER}{{1,3}}[）)].*"),
    re.compile(r"\d{1,2}\.\d{1,2}(?:\.\d{1,2})?\.? [^\W\d].*"),
)
_ITEM_RANK = 10  # "1. Heading": a list item to look at, so that only its neighbours can tell
_SHORT, _LONGEST_TITLE = 60, 120


def rank(text: str) -> int:
    """How deep a numbered heading is, 0 when the line is none."""
    if len(text) > _SHORT or cells(text) > _SHORT or is_complete(text) or text[-1:] in CONTINUERS:
        return 0
    return next((n for n, form in enumerate(_NUMBERED, _UNNUMBERED + 1) if form.fullmatch(text)), 0)


def headed(passages: Sequence[Passage]) -> list[Passage]:
    """`passages` with every undecided "line" made a heading, an item or a paragraph."""
    ranks = [0] * len(passages)
    for at in range(len(passages) - 1, -1, -1):
        if passages[at].kind == "line":
            ranks[at] = passages[at].level or _rank_among(passages, at, ranks)
    if passages and passages[0].kind == "line" and not passages[0].level and _is_title(passages, ranks):
        ranks[0] = _TITLE
    # A heading without a number stands beside the highest of those that have one.
    highest = min((r for r in ranks if r > _UNNUMBERED), default=_UNNUMBERED)
    ranks = [highest if r == _UNNUMBERED else r for r in ranks]
    depth = {r: level for level, r in enumerate(sorted({r for r in ranks if r > _TITLE}), _TITLE + 1)}
    return [_decided(p, depth.get(r, r)) for p, r in zip(passages, ranks, strict=True)]


def _decided(passage: Passage, level: int) -> Passage:
    if passage.kind != "line":
        return passage
    if level:
        return replace(passage, kind="heading", level=level)
    return replace(passage, kind="item" if item_marker(passage.text) else "paragraph")


def _rank_among(passages: Sequence[Passage], at: int, ranks: Sequence[int]) -> int:
    """The rank of a short line that starts like a sentence, ends like none, and has something below."""
    text = passages[at].text
    if len(text) > _SHORT or cells(text) > _SHORT or is_complete(text) or at + 1 == len(passages):
        return 0
    below = passages[at + 1]
    if item_marker(text):
        neighbours = [passages[at - 1], below] if at else [below]
        listed = any(_is_numbered(neighbour.text) and not ranks[at + 1] for neighbour in neighbours)
        return _ITEM_RANK if _is_numbered(text) and not listed and _is_prose(below) else 0
    if not _could_head(text) or is_byline(below.text):
        return 0
    if ranks[at + 1]:
        return _UNNUMBERED
    crowded = at > 0 and passages[at].gap is Gap.NONE and not is_complete(passages[at - 1].text)
    return _UNNUMBERED if _is_prose(below) and not crowded else 0


def _is_prose(passage: Passage) -> bool:
    return passage.kind != "line" or is_complete(passage.text) or cells(passage.text) > _SHORT


def _is_numbered(text: str) -> bool:
    return text[:1].isdigit() and item_marker(text) is not None


def _is_title(passages: Sequence[Passage], ranks: Sequence[int]) -> bool:
    """The first line may be longer, and may ask."""
    text = passages[0].text
    if len(passages) == 1 or cells(text) > _LONGEST_TITLE or not _could_head(text):
        return False
    if is_complete(text) and text[-1] not in "?？!！":
        return False
    below = passages[1]
    return below.gap is not Gap.NONE or is_byline(below.text.split("\n")[0]) or ranks[1] > 0 or is_complete(below.text)


def _could_head(text: str) -> bool:
    first = text.lstrip("\"'“‘«「『《〈【[（(")[:1]
    if not first.isalnum() or first.islower() or text[-1] in CONTINUERS + ":：-":
        return False
    return not (item_marker(text) or is_label(text) or is_byline(text))
