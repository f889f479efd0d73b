"""What a single physical line tells about itself: its width, its marker, whether its sentence is over."""

from __future__ import annotations

import re
from dataclasses import dataclass

CLOSERS = "\"'”’»)]}）】」』》〉*_"
ENDERS = ".!?…。！？｡"
CONTINUERS = ",;，；、"

_WIDE = re.compile(
    "[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\U00020000-\U0003ffff]+"
)
_CJK = re.compile("[\u2e80-\u312f\u3190-\ua4cf\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff65\U00020000-\U0003ffff]")
_FOOTNOTES = re.compile(r"(?:\[\d{1,3}\])+$")
_RULE = re.compile(r"(?:([-=*_~#+·•—–.])[ ]?)(?:\1[ ]?){2,}|--|——")
_STRAY = re.compile(r"[-–—*•·●▪■◆○,;:，；：、.。|>]{1,2}")
_ITEM = re.compile(
    r"(?:[-*+•·●▪■◆○◦‣–]\s+|(?:\(\d{1,2}\)|（\d{1,2}）|[①-⑳])\s*|\d{1,2}[.)]\s+|\d{1,2}[、．]\s*|[a-z][.)]\s+)(?=\S)"
)
_LABEL = re.compile(r"[A-Z][\w .&/()'-]{0,30}:(?:\s|$)|[A-Za-z\u3400-\u9fff][A-Za-z\u3400-\u9fff ]{0,9}：")
_COLUMN_GAP = re.compile(r"(?<=[^\s.!?])(?:[ ]*\t\s*| {2,}| \| )(?=\S)")
_QUOTED = re.compile(r"(?:> ?)+")


@dataclass(frozen=True, slots=True)
class Line:
    """A physical line without its indentation and, in an e-mail, without its quote marks."""

    text: str
    indent: int = 0
    page: int | None = None
    depth: int = 0

    @property
    def width(self) -> int:
        """Cells on a terminal: the measure in which hard-wrapped lines of mixed scripts are equally long."""
        return cells(self.text)


def physical_line(text: str, page: int | None, quoted: bool) -> Line:
    """Take `text` apart; "> " is a quote mark only where the whole file uses it so."""
    depth = 0
    if quoted and (marks := _QUOTED.match(text)):
        depth = marks.group().count(">")
        text = text[marks.end() :]
    expanded = text.rstrip()
    return Line(expanded.lstrip(), len(expanded) - len(expanded.lstrip()), page, depth)


def cells(text: str) -> int:
    """Width in terminal cells: ideographs and full-width punctuation count two."""
    return len(text) if text.isascii() else len(text) + sum(map(len, _WIDE.findall(text)))


def is_cjk(character: str) -> bool:
    """Whether text breaks before or after this character without a space."""
    return _CJK.match(character) is not None


def is_complete(text: str) -> bool:
    """Whether a sentence ends with this text."""
    bare = _FOOTNOTES.sub("", text[-40:]).rstrip(CLOSERS + " ")
    return bare[-1:] != "" and bare[-1] in ENDERS


def is_continuation(text: str) -> bool:
    """Whether this text can only be the rest of a sentence: "iPhone" and "c2m" may begin one."""
    word = text[:2]
    return word[:1] in CONTINUERS or (word[:1].islower() and not word[1:].isupper() and not word[1:].isdigit())


def is_rule(text: str) -> bool:
    """A line drawn across the page."""
    return _RULE.fullmatch(text) is not None


def is_stray(text: str) -> bool:
    """A mark that lost its words: it says nothing and breaks nothing."""
    return _STRAY.fullmatch(text) is not None


def item_marker(text: str) -> str | None:
    """The marker that makes this line a list item."""
    match = _ITEM.match(text)
    return match.group() if match else None


def is_label(text: str) -> bool:
    """ "Key: value", a speaker's turn, 来源：…: such a line begins something of its own."""
    return _LABEL.match(text) is not None


def columns(text: str) -> list[tuple[int, str]]:
    """The cells of a line set in columns, each with where it starts; one cell when it is ordinary text."""
    starts, ends = [0], []
    for gap in _COLUMN_GAP.finditer(text) if len(text) < 400 else ():
        ends.append(gap.start())
        starts.append(gap.end())
    return [(cells(text[:a]), text[a:b].strip(" |\t")) for a, b in zip(starts, [*ends, len(text)], strict=True)]


def is_aligned(a: Line, b: Line) -> bool:
    """Whether two lines are rows of one table: a column starts, or a number ends, at the same place in both."""
    if not (a.text and b.text) or len(first := columns(a.text)) < 2 or len(second := columns(b.text)) < 2:
        return False
    if any("\t" in line.text or " | " in line.text for line in (a, b)):
        return True
    starts = {start for start, _ in first[1:]} & {start for start, _ in second[1:]}
    return bool(starts or {start + cells(t) for start, t in first[1:]} & {start + cells(t) for start, t in second[1:]})
