"""From a format's draft to canonical text: what every offset, quote and citation points into."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from ingest.article import Page, Section
from ingest.cleaning.byline import byline
from ingest.cleaning.characters import normalise
from ingest.cleaning.dateline import iso_date
from ingest.cleaning.passage import Passage
from ingest.cleaning.reflow import reflow, spaced
from ingest.errors import PermanentError
from ingest.extract.base import Block, Draft

_TITLE_WITHIN = 3  # passages: above it there may be a date or a byline
_LABEL_WITHIN = 8  # lines
_ONLY_NUMBER = re.compile(r"[\dIVX一二三四五六七八九十.、．（）()]+")
_TITLE_LABEL = re.compile(
    r"(?:Title|Subject|标题|題目|题目|主题) ?[:：] ?(?:(?:Re|Fwd?|AW|WG|回复|转发) ?[:：] ?)*(\S.{0,199})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """An article's canonical text, and what could be read from it or was known before."""

    title: str
    text: str
    author: str | None
    published_at: str | None
    sections: tuple[Section, ...]
    pages: tuple[Page, ...]


def clean(draft: Draft, name: str) -> Cleaned:
    """Clean `draft`; `name` is its file name, the title of last resort.

    Raises:
        PermanentError: nothing is left to quote.
    """
    passages = reflow([_normalised(block) for block in draft.blocks])
    text, starts = _assembled(passages)
    if not any(map(str.isalnum, text)):
        raise PermanentError(f"“{name}” has no text.")
    lines = [line for passage in passages for line in passage.text.split("\n") if passage.kind != "heading"]
    known = byline(lines)
    return Cleaned(
        title=_given(draft.title) or _labelled_title(lines) or _heading_title(passages) or _file_title(name),
        text=text,
        author=_given(draft.author) or known.author,
        published_at=iso_date(draft.published_at or "") or known.published_at,
        sections=_sections(passages, starts, len(text)),
        pages=_pages(passages, starts, len(text)),
    )


def _normalised(block: Block) -> Block:
    return replace(block, text=normalise(block.text))


def _assembled(passages: Sequence[Passage]) -> tuple[str, list[int]]:
    """The text, and where in it each passage starts."""
    parts: list[str] = []
    starts: list[int] = []
    length = 0
    for at, passage in enumerate(passages):
        together = at > 0 and passage.kind in ("item", "row") and passages[at - 1].kind == passage.kind
        glue = "" if at == 0 else "\n" if together else "\n\n"
        starts.append(length + len(glue))
        parts += (glue, passage.text)
        length += len(glue) + len(passage.text)
    return "".join(parts), starts


def _sections(passages: Sequence[Passage], starts: Sequence[int], end: int) -> tuple[Section, ...]:
    sections: list[Section] = []
    open_: list[Section] = []
    for passage, start in zip(passages, starts, strict=True):
        if passage.kind != "heading":
            continue
        while open_ and open_[-1].level >= passage.level:
            sections.append(replace(open_.pop(), end=start))
        open_.append(Section(passage.text, passage.level, start, end))
    return tuple(sorted([*sections, *open_], key=lambda section: section.start))


def _pages(passages: Sequence[Passage], starts: Sequence[int], end: int) -> tuple[Page, ...]:
    """Pages follow each other without holes: what stands between two passages belongs to the earlier page."""
    begins: list[tuple[int, int]] = []
    for passage, start in zip(passages, starts, strict=True):
        for at, page in passage.pages:
            if not begins or begins[-1][1] != page:
                begins.append((start + at, page))
    ends = [*(start for start, _ in begins[1:]), end]
    return tuple(Page(number, start, stop) for (start, number), stop in zip(begins, ends, strict=False))


def _given(value: str | None) -> str | None:
    return spaced(normalise(value)) or None if value else None


def _labelled_title(lines: Sequence[str]) -> str | None:
    return next((match.group(1) for line in lines[:_LABEL_WITHIN] if (match := _TITLE_LABEL.fullmatch(line))), None)


def _heading_title(passages: Sequence[Passage]) -> str | None:
    """The first heading, when it heads the whole article and is more than a number."""
    for passage in passages[:_TITLE_WITHIN]:
        if passage.kind == "heading" and not _ONLY_NUMBER.fullmatch(passage.text):
            higher = [p for p in passages if p.kind == "heading" and p.level <= passage.level]
            return passage.text if passage.level == 1 or higher == [passage] else None
    return None


def _file_title(name: str) -> str:
    return re.sub(r"[\s_-]+", " ", PurePath(name).stem).strip() or name
