"""Sentence boundaries in canonical text, with exact offsets.

One splitter serves chunking, extractive answers and citations, so that a chunk ends where a quote
may end. Rules, no model: line breaks always end a sentence; Latin enders need white space and a
plausible start after them; CJK enders need nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_CLOSERS = "\"'”’»)\\]}）】」』》〉"
_BOUNDARY = re.compile(
    rf"(?P<cjk>[。！？；｡]+[{_CLOSERS}]*)|(?P<ellipsis>……[{_CLOSERS}]*)|(?P<latin>[.!?…]+[{_CLOSERS}]*)(?=\s|$)|(?P<line>\n+)"
)
_ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof sr jr st vs etc e.g i.e cf al approx no vol fig figs eq sec ch pp p ed eds inc ltd corp co "
    "dept est gen gov hon jan feb mar apr jun jul aug sep sept oct nov dec mt ft rep sen capt col lt sgt rev u.s u.k a.m p.m".split()
)
# After these a full stop may still end the sentence, so the next word decides.
_OPEN_ABBREVIATIONS = frozenset("etc al inc ltd corp co a.m p.m u.s u.k jr sr".split())
_LAST_WORD = re.compile(r"([A-Za-z][A-Za-z.]*)$")
_NEXT = re.compile(r"\s*[\"'“‘«(\[（【「『《]*(\S)")


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of characters."""

    start: int
    end: int


def sentences(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """Spans of the sentences in `text[start:end]`, trimmed, in order; offsets point into `text`."""
    return list(_spans(text, start, len(text) if end is None else end))


def _spans(text: str, start: int, end: int) -> Iterator[Span]:
    at = start
    for match in _BOUNDARY.finditer(text, start, end):
        if match.lastgroup == "latin" and not _ends_sentence(text, match, end):
            continue
        yield from _trimmed(text, at, match.end())
        at = match.end()
    yield from _trimmed(text, at, end)


def _ends_sentence(text: str, match: re.Match[str], end: int) -> bool:
    following = _NEXT.match(text, match.end(), end)
    if following is None:
        return True
    if following.group(1).islower() and match.group().startswith((".", "…")):
        return False
    if match.group()[0] != "." or match.group().startswith(".."):
        return True
    word = _LAST_WORD.search(text, max(0, match.start() - 12), match.start())
    if word is None:
        return not _numbers_an_item(text, match.start())
    before = word.group(1).lower()
    if len(before) == 1 and word.group(1).isupper():
        return False  # an initial
    if before in _OPEN_ABBREVIATIONS:
        return following.group(1).isupper()
    return before not in _ABBREVIATIONS


def _numbers_an_item(text: str, dot: int) -> bool:
    line = text[text.rfind("\n", 0, dot) + 1 : dot]
    return len(line) <= 3 and line.isdigit()


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end and any(c.isalnum() for c in text[start:end]):
        yield Span(start, end)
