"""Sentences of the evidence that an answer may quote, with what stands around them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.sentences import Span, sentences
from service.retrieval.evidence import Passage

_MARKER = re.compile(r"(?:[-*•·]|\d{1,2}[.)、])\s+")


@dataclass(frozen=True, slots=True)
class Candidate:
    """The sentence `index` of those a passage and the paragraphs beside it have."""

    passage: Passage
    spans: tuple[Span, ...]
    index: int

    @property
    def span(self) -> Span:
        """Where it stands in the article."""
        return self.spans[self.index]

    @property
    def text(self) -> str:
        """The sentence as it stands."""
        return self.passage.article.text[self.span.start : self.span.end]

    @property
    def section(self) -> str:
        """The heading it stands under, or nothing."""
        return self.passage.article.section_at(self.span.start) or ""

    def around(self) -> str:
        """The sentence between its neighbours."""
        first, last = max(0, self.index - 1), min(len(self.spans) - 1, self.index + 1)
        return self.passage.article.text[self.spans[first].start : self.spans[last].end]


def candidates_in(passage: Passage) -> list[Candidate]:
    """The sentences of a passage in reading order, headings and bullets left out."""
    text = passage.article.text
    spans = tuple(
        _without_marker(text, s) for s in sentences(text, *_with_neighbours(passage)) if not _is_heading(passage, s)
    )
    return [
        Candidate(passage, spans, i)
        for i, span in enumerate(spans)
        if passage.start <= span.start and span.end <= passage.end
    ]


def _with_neighbours(passage: Passage) -> tuple[int, int]:
    """The passage with the paragraph before and the one after, on which its ends may lean."""
    text = passage.article.text
    before = text.rfind("\n\n", 0, max(0, passage.start - 2))
    after = text.find("\n\n", min(len(text), passage.end + 2))
    return (0 if before < 0 else before + 2), (len(text) if after < 0 else after)


def _without_marker(text: str, span: Span) -> Span:
    """A list item is quoted without its bullet or number."""
    marker = _MARKER.match(text, span.start, span.end)
    return Span(marker.end(), span.end) if marker and marker.end() < span.end else span


def _is_heading(passage: Passage, span: Span) -> bool:
    return any(s.start == span.start and len(s.heading) >= span.end - span.start for s in passage.article.sections)
