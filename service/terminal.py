"""Answers and hits for people at a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from rich.cells import cell_len

from service.answer import Answer, Citation, FoundPassage
from service.footnotes import remarks

_WIDTH = 100
_PREVIEW = 290
_NOT_FIRST = frozenset("。，、；：？！”’）》」』】〉…—,.;:?!)]}%[")
_NOT_LAST = frozenset("“‘（《「『【〈([{")


def render_answer(answer: Answer) -> str:
    """The answer, then its numbered sources with the exact quote of each."""
    parts = [_wrapped(answer.text), *map(_wrapped, remarks(answer))]
    parts.extend(_source(c) for c in answer.citations)
    parts.extend(
        f"  - {n.title}{f' ({n.published_at})' if n.published_at else ''}\n    {n.link}" for n in answer.nearest
    )
    return "\n\n".join(parts)


def render_hits(hits: Sequence[FoundPassage]) -> str:
    """Hits, best first, with the start of each passage."""
    if not hits:
        return "Nothing found."
    return "\n\n".join(
        f"{rank}. {h.title}{f' · {h.section}' if h.section else ''}  ({h.score:.4f})\n"
        + textwrap.indent(_wrapped(_shortened(h.text, _PREVIEW)), "   ")
        for rank, h in enumerate(hits, 1)
    )


def _source(citation: Citation) -> str:
    about = [citation.title, citation.author, citation.published_at, citation.section]
    if citation.page is not None:
        about.append(f"p. {citation.page}")
    return (
        f"[{citation.number}] {' · '.join(part for part in about if part)}\n"
        + textwrap.indent(_wrapped(f"“{citation.quote}”"), "    ")
        + f"\n    {citation.link}"
    )


def _wrapped(text: str) -> str:
    return "\n".join(line for paragraph in text.splitlines() for line in _lines(paragraph, _WIDTH) or [""])


def _shortened(text: str, cells: int) -> str:
    """The start of a text on one line."""
    first, *rest = _lines(" ".join(text.split()), cells) or [""]
    return f"{first} …" if rest else first


def _lines(text: str, width: int) -> list[str]:
    """Lines of at most `width` cells, unless one word is longer: a Han character takes two and needs no space."""
    lines: list[str] = []
    line, taken = "", 0
    for piece in _pieces(text):
        cells = cell_len(piece)
        if line and taken + cell_len(piece.rstrip()) > width:
            lines.append(line.rstrip())
            line, taken = "", 0
        line, taken = line + piece, taken + cells
    return [*lines, line.rstrip()] if line.strip() else lines


def _pieces(text: str) -> Iterator[str]:
    """What a line may not break: words with the space after them, Han characters with the marks that hang on them."""
    start = 0
    for i in range(1, len(text)):
        before, after = text[i - 1], text[i]
        if after.isspace():
            continue
        wide = cell_len(before) == 2 or cell_len(after) == 2
        if before.isspace() or (wide and after not in _NOT_FIRST and before not in _NOT_LAST):
            yield text[start:i]
            start = i
    yield text[start:]
