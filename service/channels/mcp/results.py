"""What the tools give: data for programs, and the same as text for whoever reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote as quoted

from service.answer import FoundPassage
from service.errors import QuestionRejected
from service.footnotes import absolute
from service.opened import Opened

MOST_CHARACTERS = 20_000


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage: characters `start` to `end` of the article's current text."""

    article_id: str
    title: str
    section: str | None
    text: str
    start: int
    end: int
    score: float
    link: str


@dataclass(frozen=True)  # no slots: the tool's schema reads defaults from the class
class Hits:
    """Passages, best first."""

    hits: tuple[Hit, ...]


@dataclass(frozen=True)  # no slots: the tool's schema reads defaults from the class
class Excerpt:
    """Characters `start` to `end` of a version of an article; `next_start` is where to read on, null at its end.

    `current_version` is null where the article was removed since.
    """

    article_id: str
    title: str
    language: str
    author: str | None
    published_at: str | None
    url: str | None
    version: int
    current_version: int | None
    start: int
    end: int
    characters: int
    next_start: int | None
    text: str
    link: str


def hits_of(found: Sequence[FoundPassage], base: str) -> Hits:
    """The passages with links."""
    return Hits(
        tuple(Hit(f.article_id, f.title, f.section, f.text, f.start, f.end, f.score, _link(f, base)) for f in found)
    )


def hits_in_words(found: Hits) -> str:
    """The passages, one after the other."""
    if not found.hits:
        return "Nothing was found."
    return "\n\n".join(
        f"{rank}. {h.title}{f' · {h.section}' if h.section else ''} "
        f"(article_id {h.article_id}, characters {h.start} to {h.end}, {h.link})\n{h.text}"
        for rank, h in enumerate(found.hits, 1)
    )


def excerpt_of(opened: Opened, start: int, end: int | None, base: str) -> Excerpt:
    """What is read of an article at once.

    Raises:
        QuestionRejected: it has no such characters.
    """
    article = opened.article
    whole = len(article.text)
    if start >= max(whole, 1) or (end is not None and end <= start):
        raise QuestionRejected(
            f"There are no characters {start} to {whole if end is None else end} in this article: it has {whole:,}."
        )
    ends = min(whole, start + MOST_CHARACTERS, whole if end is None else end)
    return Excerpt(
        article_id=article.id,
        title=article.title,
        language=article.language,
        author=article.author,
        published_at=article.published_at,
        url=article.url,
        version=opened.version,
        current_version=opened.current,
        start=start,
        end=ends,
        characters=whole,
        next_start=ends if ends < whole else None,
        text=article.text[start:ends],
        link=absolute(f"/articles/{quoted(article.id, safe='')}?version={opened.version}", base),
    )


def excerpt_in_words(read: Excerpt) -> str:
    """What it is, then its text."""
    about = [read.title, read.author, read.published_at, read.link]
    if read.current_version is None:
        about.append("removed since")
    elif read.current_version != read.version:
        about.append(f"version {read.version}; version {read.current_version} has replaced it")
    more = "" if read.next_start is None else f"; read on with start={read.next_start}"
    lines = (" · ".join(part for part in about if part), f"Characters {read.start} to {read.end} of {read.characters}")
    return f"{lines[0]}\n{lines[1]}{more}:\n\n{read.text}"


def _link(found: FoundPassage, base: str) -> str:
    place = f"?start={found.start}&end={found.end}#quote"
    return absolute(f"/articles/{quoted(found.article_id, safe='')}{place}", base)
