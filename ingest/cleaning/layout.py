"""Whether a file's lines are whole paragraphs or were cut at a margin, told from the file as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from ingest.cleaning.byline import is_byline
from ingest.cleaning.headings import rank
from ingest.cleaning.lines import Line, cells, is_aligned, is_cjk, is_complete, is_continuation, item_marker

_NARROWEST, _WIDEST = 24, 160
_RAGGED = 0.9  # proportional fonts and unbroken words leave a line a tenth short of the margin


@dataclass(frozen=True, slots=True)
class Layout:
    """`margin` is the width lines were cut at, 0 when each line is a paragraph."""

    margin: int = 0
    double_spaced: bool = False

    @classmethod
    def of(cls, lines: Sequence[Line]) -> Layout:
        """Measure `lines`, empty ones included."""
        widths = sorted(line.indent + line.width for line in lines if line.text)
        margin = widths[int(0.95 * (len(widths) - 1))] if widths else 0
        if not _NARROWEST <= margin <= _WIDEST:
            return cls()
        if _is_double_spaced(lines):
            if _cut_at(margin, single_spaced(lines)):
                return cls(margin, double_spaced=True)
            return cls()
        return cls(margin) if _cut_at(margin, lines) else cls()

    def is_full(self, line: Line, following: Line) -> bool:
        """Whether the first word of `following` had no room left on `line`."""
        return _is_full(self.margin, line, following)

    def runs_on(self, line: Line, following: Line) -> bool:
        """Whether `line` was cut at the margin inside a sentence."""
        return self.margin > 0 and _runs_on(line, following) and self.is_full(line, following)

    def is_short(self, line: Line) -> bool:
        """Whether a line is as short as those of a poem or an address."""
        return line.width <= (min(48, 0.75 * self.margin) if self.margin else 48)


def single_spaced(lines: Sequence[Line]) -> list[Line]:
    """`lines` without the one empty line after each; of a longer gap one empty line stays."""
    kept: list[Line] = []
    for empty, run in groupby(lines, key=lambda line: not line.text):
        gap = list(run)
        kept.extend(gap[:1] if empty and len(gap) > 1 else [] if empty else gap)
    return kept


def _is_double_spaced(lines: Sequence[Line]) -> bool:
    pairs = list(pairwise(lines))
    follows = sum(1 for a, b in pairs if a.text and b.text)
    return len(pairs) >= 6 and follows <= 0.1 * sum(1 for a, b in pairs if a.text)


def _cut_at(margin: int, lines: Sequence[Line]) -> bool:
    """Most line breaks fall inside a sentence, and those that do fall at the margin."""
    pairs = list(_adjacent(lines))
    running = [(a, b) for a, b in pairs if _runs_on(a, b)]
    full = sum(_is_full(margin, a, b) for a, b in running)
    return len(running) >= 2 and len(running) >= 0.4 * len(pairs) and full >= 0.8 * len(running)


def _adjacent(lines: Sequence[Line]) -> Iterator[tuple[Line, Line]]:
    for a, b in pairwise(lines):
        if not a.text or not b.text or a.depth != b.depth or rank(a.text) or _begins_anew(b.text):
            continue
        if not is_aligned(a, b) or _runs_on(a, b):
            yield a, b


def _begins_anew(text: str) -> bool:
    return item_marker(text) is not None or rank(text) > 0 or is_byline(text)


def _runs_on(line: Line, following: Line) -> bool:
    return not is_complete(line.text) and (is_continuation(following.text) or is_cjk(following.text[0]))


def _is_full(margin: int, line: Line, following: Line) -> bool:
    first = following.text[:1] if is_cjk(following.text[0]) else following.text[:24].split(maxsplit=1)[0]
    return line.indent + line.width + (not is_cjk(first)) + cells(first) > _RAGGED * margin
