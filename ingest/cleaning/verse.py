"""Poems, addresses, signatures: short lines that end no sentence and are not meant to be joined."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise

from ingest.cleaning.byline import is_byline
from ingest.cleaning.headings import rank
from ingest.cleaning.layout import Layout
from ingest.cleaning.lines import CONTINUERS, Line, is_cjk, is_complete, is_continuation, is_rule, is_stray, item_marker


class Verse:
    """Measures all lines once: every question about a run is then answered without reading it again."""

    def __init__(self, lines: Sequence[Line], layout: Layout) -> None:
        self._lines = lines
        self._ends = [0] * len(lines)
        self._same_width = [0] * len(lines)
        self._complete = [is_complete(line.text) for line in lines]
        self._completed = [0, *accumulate(self._complete)]
        self._broken_off = [0, *accumulate(not _goes_on(a, b) for a, b in pairwise(lines))]
        for at in range(len(lines) - 1, -1, -1):
            joined = at + 1 < len(lines) and self._ends[at + 1] > at + 1 and lines[at].depth == lines[at + 1].depth
            same = joined and lines[at].width == lines[at + 1].width
            self._same_width[at] = self._same_width[at + 1] if same else at + 1
            self._ends[at] = (self._ends[at + 1] if joined else at + 1) if self._may_stand(at, layout) else at

    def end(self, at: int) -> int:
        """Where the run of verse from `at` ends: `at` itself when there is none."""
        end = self._ends[at]
        if at > 0 and self._lines[at - 1].text == "--" and end - at > 1:
            return end  # a signature
        if end - at < 3 or self._complete[at] or self._is_one_sentence(at, end):
            return at
        few = not self._complete[at + 1] and (self._completed[end] - self._completed[at]) * 3 <= end - at
        return end if few or self._same_width[at] >= end else at

    def _is_one_sentence(self, at: int, end: int) -> bool:
        """Whether only line breaks are wrong here: each line ends in a comma, each next one goes on in lowercase."""
        return self._complete[end - 1] and self._broken_off[end - 1] == self._broken_off[at]

    def _may_stand(self, at: int, layout: Layout) -> bool:
        line = self._lines[at]
        if not line.text or not layout.is_short(line) or line.text[-1] in ":：":
            return False
        if is_rule(line.text) or is_stray(line.text) or item_marker(line.text) or rank(line.text):
            return False
        following = self._lines[at + 1] if at + 1 < len(self._lines) else None
        if layout.margin and following is not None and following.text and layout.is_full(line, following):
            return False
        return not is_byline(line.text)


def _goes_on(line: Line, following: Line) -> bool:
    if not line.text or not following.text or line.text[-1] not in CONTINUERS:
        return False
    return is_continuation(following.text) or is_cjk(following.text[0])
