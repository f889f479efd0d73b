"""Paragraphs broken by whatever saved the text: rest joined to beginning, marks without words dropped."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from ingest.cleaning.lines import CONTINUERS, is_complete, is_continuation, item_marker
from ingest.cleaning.passage import Gap, Passage, Pieces
from ingest.cleaning.seam import Seams

# Shorter lines that end nowhere are headings, captions, list entries: a lowercase word after them proves nothing.
_WIDE = 40
_DANGLING = re.compile(
    r"\b(?:the|a|an|of|and|or|but|than|because|whose|into|its|their|our|your|my|this|these|those|why|if|whether)$"
    r"|[的和与及或在把被从对向于]$",
    re.IGNORECASE,
)
_HYPHEN = re.compile(r"\w-$|\u00ad$")
_LEADING = re.compile(r"(?:[,;，；、。：] ?|\.(?= ) ?)+(?=\S)")
_DOUBLED = re.compile(r"(?<=[^\s.][.!?]) \.(?=\s|$)(?! \.)|(?<=[^。][。！？]) ?。(?!。)")
_END_WORD = r"(?:全文)?(?:完|终|结束)|全文完结?|本文完|the end|end|fin|完结"
_END = re.compile(
    rf"[—–\-_=*~#·【\[（(<《「 ]+(?:{_END_WORD}|30)[—–\-_=*~#·】\]）)>》」 ]+|###+|#{{1,3}} ?end ?#{{1,3}}",
    re.IGNORECASE,
)
_BARE_END = re.compile(r"全文完|完|The End|THE END|END", re.ASCII)
_TRAILING_END = re.compile(rf"(?<=[。！？”.!?]) ?[（(【\[](?:{_END_WORD})[）)】\]]$", re.IGNORECASE)
_FOOT = 4


def mended(passages: Iterable[Passage], seams: Seams) -> list[Passage]:
    """`passages` without stray marks, each broken sentence in one piece."""
    whole: list[Passage] = []
    broken: Pieces | None = None
    gap, stray = Gap.NONE, False
    for passage in _without_end_marks(list(passages)):
        gap = max(gap, passage.gap)
        if passage.kind != "code" and not any(map(str.isalnum, passage.text)):
            stray = True
            continue
        passage = replace(passage, gap=gap)
        if broken is not None and _continues(broken, passage, stray):
            broken.add(passage.text, passage.pages)
        else:
            if broken is not None:
                whole.append(broken.passage())
            broken = Pieces(_without_leading_marks(passage), seams)
        gap, stray = Gap.NONE, False
    if broken is not None:
        whole.append(broken.passage())
    return [_with_single_marks(passage) for passage in whole]


def _continues(broken: Pieces, rest: Passage, stray: bool) -> bool:
    """Whether `rest` is the end of a sentence that `broken` began; a `stray` mark in between is a sign of it."""
    before, after = broken.last, rest.text
    if rest.gap is Gap.WALL or not _may_join(broken.first, rest) or is_complete(before):
        return False
    adjacent, wide = rest.gap is Gap.NONE, len(broken) >= _WIDE
    if before[-1] in ":：":
        return adjacent and wide and is_continuation(after)
    if after[0] in CONTINUERS or before[-1] in "，；、":
        return adjacent or wide
    dangling = _DANGLING.search(before[-12:]) is not None or _HYPHEN.search(before[-2:]) is not None
    if is_continuation(after):
        return wide or dangling or stray or (adjacent and before[-1] in CONTINUERS)
    return wide and (before[-1] == "," or dangling)


def _may_join(first: Passage, rest: Passage) -> bool:
    if item_marker(rest.text):
        return False
    return first.kind == rest.kind and first.kind in ("line", "paragraph") and not first.level and not rest.level


def _without_leading_marks(passage: Passage) -> Passage:
    if passage.kind not in ("line", "paragraph") or not (marks := _LEADING.match(passage.text)):
        return passage
    return replace(passage, text=passage.text[marks.end() :])


def _with_single_marks(passage: Passage) -> Passage:
    """An end mark set twice ("done. .") is one; three are an ellipsis. Pages begin where they did, give or take it."""
    if passage.kind == "code" or not _DOUBLED.search(passage.text):
        return passage
    cuts = [(match.start(), match.end()) for match in _DOUBLED.finditer(passage.text)]
    pages = tuple((at - sum(end - start for start, end in cuts if end <= at), page) for at, page in passage.pages)
    return replace(passage, text=_DOUBLED.sub("", passage.text), pages=pages)


def _without_end_marks(passages: list[Passage]) -> Iterable[Passage]:
    """An end mark says that nothing was cut off; in front of what follows it, it stays a border."""
    border = Gap.NONE
    for at, passage in enumerate(passages):
        near_foot = at >= len(passages) - _FOOT
        if is_end_mark(passage.text) or (near_foot and _BARE_END.fullmatch(passage.text)):
            border = Gap.WALL
            continue
        if near_foot and (trailing := _TRAILING_END.search(passage.text[-40:])):
            cut = len(passage.text) - len(trailing.group())
            passage = replace(passage, text=passage.text[:cut])
        yield replace(passage, gap=max(passage.gap, border))
        border = Gap.NONE


def is_end_mark(text: str) -> bool:
    """A line that only says the text is over: "—End—", （完）, "-30-", "###"."""
    return len(text) <= 30 and _END.fullmatch(text) is not None
