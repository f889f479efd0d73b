"""The seam between where articles come from and the job: list what there is, fetch one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from ingest.errors import FootnoteError
from ingest.extract.jsonl import ReadyArticle


@dataclass(frozen=True, slots=True)
class Facts:
    """What a source knows of an article that the document may not say."""

    title: str | None = None
    author: str | None = None
    published_at: str | None = None
    url: str | None = None


NO_FACTS = Facts()


@dataclass(frozen=True, slots=True)
class Given:
    """What whoever hands an article over says of it: goes before whatever the document says of itself."""

    article_id: str
    title: str | None = None
    author: str | None = None
    published_at: str | None = None
    url: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """A document. Its `name` chooses the format; `mark` is the source's sign of exactly this content, if it has one."""

    data: bytes
    name: str
    mark: str | None = None
    facts: Facts = NO_FACTS
    given: Given | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One thing a source has. `uri` is the same on every listing; `name` is for people.

    `fetch` takes the mark that was kept of the content last read (None: there is none) and gives None where the source
    still has that. An equal `mark` in the listing saves even that call.
    """

    uri: str
    name: str
    fetch: Callable[[str | None], Fetched | ReadyArticle | None]
    mark: str | None = None
    size: int = 0


@dataclass(frozen=True, slots=True)
class Unreadable:
    """One thing a source has and cannot give; an IncompleteListing says that there may be more than was listed."""

    uri: str
    error: FootnoteError


class Source(Protocol):
    """A place that articles come from."""

    @property
    def key(self) -> str:
        """Names the source for ever; a source inside another has that one's key and a slash before its own name."""
        ...

    @property
    def groups(self) -> tuple[str, ...]:
        """Who may see its articles; empty: whoever each article says, else everybody."""
        ...

    @property
    def exhaustive(self) -> bool:
        """Whether what is not listed is not there any more; a feed, for one, lists the newest alone."""
        ...

    def list(self) -> Iterator[Item | Unreadable]:
        """Everything there is, lazily and in a stable order."""
        ...
