"""Sentence boundaries in canonical text, with exact offsets.

One splitter serves chunking, extractive answers and citations, so that a chunk ends where a quote
may end. Rules, no model: line breaks always end a sentence; Latin enders need white space and a
plausible start after them; CJK enders need nothing. In doubt nothing is cut: two sentences make a
worse quote than one, half a sentence makes a wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from ingest.abbreviations import may_end_sentence

_CLOSERS = r"\"'”’»)\]}）】」』》〉"
# Nothing is looked ahead to here: a run of marks is one match, so a million of them are still read once.
_BOUNDARY = re.compile(rf"(?P<marks>[.!?…؟।。！？｡]+)(?P<closers>[{_CLOSERS}]*)(?:\[\d{{1,3}}\])*|\n+")
_CJK_MARKS = frozenset("。！？｡")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_OPENERS = {"”": "“", "」": "「", "』": "『"}
_UNSPACED = re.compile(f"{_CJK.pattern}|[“「『（《【]")
_NEXT = re.compile(r"\s*[\"'“‘«(\[（【「『《〈]*(?P<word>\w{1,16})?(?P<initial>(?<=\b\w)\.)?")
_ITEM_NUMBER = re.compile(r"(?:^|\n)[ (（]{0,8}(?:\d{1,3}|[IVX]{1,5}|[A-Za-z])$")
_LAST_WORD = re.compile(r"[A-Za-z][A-Za-z.]*$")
_WINDOW = 16  # characters: no abbreviation, no item number is longer
_QUOTE_WINDOW = 200
_LONGEST = 200
# One answer asks several times for the sentences of the same passages; whole articles are asked for once.
_KEPT_UP_TO = 4000


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of characters."""

    start: int
    end: int


def sentences(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """Spans of the sentences in `text[start:end]`, trimmed, in order; offsets point into `text`."""
    end = len(text) if end is None else end
    if end - start > _KEPT_UP_TO:
        return list(_spans(text, start, end))
    return list(_kept(text, start, end))


@lru_cache(maxsize=256)
def _kept(text: str, start: int, end: int) -> tuple[Span, ...]:
    return tuple(_spans(text, start, end))


def _spans(text: str, start: int, end: int) -> Iterator[Span]:
    at = start
    for match in _BOUNDARY.finditer(text, start, end):
        if (stop := _stop(text, at, match, end)) is not None:
            yield from _clauses(text, at, stop)
            at = stop
    yield from _clauses(text, at, end)


def _stop(text: str, start: int, match: re.Match[str], end: int) -> int | None:
    """Where the sentence that began at `start` ends, or None when `match` does not end it."""
    marks, closers = match.group("marks", "closers")
    if marks is None or match.end() == end or text[match.end()] == "\n":
        return match.end()
    if not _CJK_MARKS.isdisjoint(marks):
        if closers[:1] == '"' and text.count('"', start, match.start()) % 2 == 0:
            return match.end("marks")  # without spaces only the count tells an opening quote from a closing one
        return None if _is_quoted_phrase(text, start, match) else match.end()
    if not text[match.end()].isspace() and not _UNSPACED.match(text, match.end()):
        return None
    if marks[0] == "…" and _is_quoted_phrase(text, start, match):
        return None
    return match.end() if _ends_latin(text, match, end) else None


def _is_quoted_phrase(text: str, start: int, match: re.Match[str]) -> bool:
    """Whether a quote or a title ends here and its sentence does not: “…？”他问, 《…！》是."""
    marks, closers = match.group("marks", "closers")
    if not _CJK.match(text, match.end()):
        return False
    if closers[-1:] in ("》", "〉"):
        return True
    if marks[0] == "。" or closers[:1] not in _OPENERS:
        return False
    since = max(start, match.start() - _QUOTE_WINDOW)
    opener = text.rfind(_OPENERS[closers[0]], since, match.start())
    return opener >= 0 and (opener == start or text[opener - 1] not in "：:，,。！？")


def _ends_latin(text: str, match: re.Match[str], end: int) -> bool:
    """Whether marks that also occur inside a sentence end one here."""
    marks, spoken = match.group("marks"), match.group("closers") != ""
    following = _NEXT.match(text, match.end(), end)
    word = (following.group("word") if following else None) or ""
    if _goes_on(word) and (spoken or marks[0] in ".…"):
        return False
    if marks[0] == "…" and not text[match.end()].isspace():
        return spoken
    if marks != "." or spoken:
        return True
    before = match.start()
    window = max(0, before - _WINDOW)
    if _ITEM_NUMBER.search(text, window, before):
        return False
    last = _LAST_WORD.search(text, window, before)
    initial = following is not None and following.group("initial") is not None
    return last is None or may_end_sentence(last.group(), "" if initial else word)


def _goes_on(word: str) -> bool:
    """Whether no sentence starts with `word`: "iPhone" and "c2m" may, "said" may not."""
    return word[:1].islower() and not any(c.isupper() or c.isdigit() for c in word[1:3])


def _clauses(text: str, start: int, end: int) -> Iterator[Span]:
    """The sentence, cut at ； only when it is too long to quote."""
    while end - start > _LONGEST:
        cut = text.rfind("；", start, start + _LONGEST) + 1 or text.find("；", start, end) + 1
        if not cut:
            break
        yield from _trimmed(text, start, cut)
        start = cut
    yield from _trimmed(text, start, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end and any(c.isalnum() for c in text[start:end]):
        yield Span(start, end)
