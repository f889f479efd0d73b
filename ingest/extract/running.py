"""Running headers, footers and page numbers: lines a page carries about the book, not about its subject."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

_EDGE = 2
_MOST = 0.5
_FEWEST_PAGES = 3
_NUMBER = re.compile(r"\d+")
# "Lesson 3" on page 3 may well be the heading of that page; losing it costs more than keeping "ACME 3".
_NUMBERED_HEADING = re.compile(r"[^\W\d_]+\s*#\s*[^\W\d_]{0,2}[.:：]?")
_PAGE_LABEL = re.compile(
    r"[-–—\s]*(?:page|p\.|seite|第)\s*\d{1,4}\s*(?:页|頁)?(?:\s*(?:of|/|von|，|共)\s*共?\s*\d{1,4}\s*(?:页|頁)?)?[-–—\s]*"
    r"|[-–—]\s*\d{1,4}\s*[-–—]|\d{1,4}\s*(?:/|of)\s*\d{1,4}",
    re.I,
)


@dataclass(frozen=True, slots=True)
class _Edge:
    """A line near the top or bottom of a page (`place`), and its index in that page."""

    page: int
    index: int
    place: str
    text: str

    @property
    def shape(self) -> str:
        return _NUMBER.sub("#", " ".join(self.text.split()))

    @property
    def numbers(self) -> tuple[int, ...]:
        return tuple(int(n) for n in _NUMBER.findall(self.text)[:8] if len(n) < 10)


def without_running(pages: Sequence[Sequence[str]]) -> list[list[str]]:
    """The pages less their running lines; all of the pages when nothing else would be left."""
    edges = [edge for number, page in enumerate(pages, 1) for edge in _edges(number, page)]
    groups: dict[tuple[str, str], list[_Edge]] = defaultdict(list)
    for edge in edges:
        groups[edge.place, edge.shape].append(edge)
    speaking = sum(any(line.strip() for line in page) for page in pages)
    running = {(e.page, e.index) for group in groups.values() if _runs(group, speaking) for e in group}
    running |= {(e.page, e.index) for e in edges if _is_page_number(e, groups[e.place, e.shape])}
    kept = [[line for i, line in enumerate(page) if (number, i) not in running] for number, page in enumerate(pages, 1)]
    return kept if any(line.strip() for page in kept for line in page) else [list(page) for page in pages]


def _edges(number: int, page: Sequence[str]) -> list[_Edge]:
    filled = [i for i, line in enumerate(page) if line.strip()]
    places = dict.fromkeys(filled[-_EDGE:], "bottom") | dict.fromkeys(filled[:_EDGE], "top")
    return [_Edge(number, i, place, page[i]) for i, place in places.items()]


def _runs(group: list[_Edge], speaking: int) -> bool:
    """On most pages the same words; numbers in them stay the same or count the pages, or it is a table's row."""
    pages = len({e.page for e in group})
    if pages < _FEWEST_PAGES or pages < _MOST * speaking or not re.search(r"[^\W\d_]", group[0].shape):
        return False
    texts = Counter(" ".join(e.text.split()) for e in group)
    return texts.most_common(1)[0][1] >= _MOST * len(group) or _counts_pages(group)


def _counts_pages(group: list[_Edge]) -> bool:
    if _NUMBERED_HEADING.fullmatch(group[0].shape):
        return False
    width = min(len(e.numbers) for e in group)
    offsets = [Counter(e.numbers[i] - e.page for e in group) for i in range(width)]
    return any(o.most_common(1)[0][1] > _MOST * len(group) for o in offsets)


def _is_page_number(edge: _Edge, alike: list[_Edge]) -> bool:
    """A labelled page number, or a bare one that is this page's or steps along with the pages."""
    text = edge.text.strip()
    if _PAGE_LABEL.fullmatch(text):
        return True
    if not re.fullmatch(r"\d{1,4}", text):
        return False
    offset = int(text) - edge.page
    return offset == 0 or sum(e.numbers[0] - e.page == offset for e in alike) >= _FEWEST_PAGES
