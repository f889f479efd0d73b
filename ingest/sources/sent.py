"""An article that somebody sends, instead of a place where it is read."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ingest.extract.jsonl import ReadyArticle
from ingest.sources.base import Fetched, Given, Item, Unreadable

# What the addresses of all articles begin with that were sent.
SENT = "sent:"


@dataclass(frozen=True, slots=True)
class SentArticle:
    """The article; its `text` is taken as it is, of `html` the article is taken out of the page."""

    id: str
    groups: tuple[str, ...]
    text: str | None = None
    html: str | None = None
    title: str | None = None
    url: str | None = None
    published_at: str | None = None
    author: str | None = None
    language: str | None = None

    @property
    def uri(self) -> str:
        """Its address."""
        return SENT + self.id

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {**asdict(self), "groups": list(self.groups)}

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> SentArticle:
        """The article that `as_json` gave."""
        return cls(**{**given, "groups": tuple(given["groups"])})


class SentSource:
    """One article, and nothing said of any other."""

    exhaustive = False

    def __init__(self, article: SentArticle) -> None:
        self._article = article
        self.key = article.uri
        self.groups = article.groups

    def list(self) -> Iterator[Item | Unreadable]:
        """The article."""
        yield Item(self._article.uri, self._article.id, self._content)

    def _content(self, _mark: str | None) -> Fetched | ReadyArticle:
        sent = self._article
        if sent.html is not None:
            given = Given(sent.id, sent.title, sent.author, sent.published_at, sent.url, sent.language)
            return Fetched(codecs.BOM_UTF8 + sent.html.encode(), "article.html", given=given)
        return ReadyArticle(
            id=sent.id,
            text=sent.text or "",
            line=1,
            title=sent.title,
            url=sent.url,
            published_at=sent.published_at,
            author=sent.author,
            lang=sent.language,
        )
