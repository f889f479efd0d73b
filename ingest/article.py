"""What ingest is about: an article, its sections and pages, and the chunks cut from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the span of canonical text it governs, heading included."""

    heading: str
    level: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the original (1-based) and the span of canonical text that came from it."""

    number: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Article:
    """One version of one article. `text` is canonical: every offset anywhere points into it."""

    id: str
    title: str
    text: str
    language: str
    uri: str
    author: str | None = None
    published_at: str | None = None
    url: str | None = None
    groups: tuple[str, ...] = (PUBLIC,)
    sections: tuple[Section, ...] = ()
    pages: tuple[Page, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)

    def section_at(self, offset: int) -> str | None:
        """The innermost heading that governs `offset`, or None before the first one."""
        inside = [s for s in self.sections if s.start <= offset < s.end]
        return max(inside, key=lambda s: (s.start, s.level)).heading if inside else None

    def page_at(self, offset: int) -> int | None:
        """The page `offset` came from, or None where the format has no pages."""
        return next((p.number for p in self.pages if p.start <= offset < p.end), None)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A span of an article's canonical text: `article.text[start:end] == text`, always."""

    id: str
    article_id: str
    version: int
    ordinal: int
    start: int
    end: int
    text: str
    section: str | None = None
    page: int | None = None


def embedded_text(title: str, section: str | None, text: str) -> str:
    """What is embedded for a chunk: the title and heading tell it from its like in other articles."""
    return "\n".join(part for part in (title, section, text) if part)
