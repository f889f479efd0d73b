"""What the web's sources list, and how one page of it becomes a document that an extractor reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ingest.sources.base import Facts, Fetched, Item, Unreadable
from ingest.sources.web.address import parse
from ingest.sources.web.charset import as_utf8
from ingest.sources.web.errors import AddressRefused
from ingest.sources.web.fetch import Fetcher
from ingest.sources.web.media import TEXTUAL, suffix_of
from ingest.sources.web.response import NotModified, Validators


@dataclass(frozen=True, slots=True)
class Page:
    """One page that a source lists. Equal marks of two listings mean that it has not changed; None says nothing."""

    url: str
    mark: str | None = None
    facts: Facts = field(default_factory=Facts)


@dataclass(frozen=True, slots=True)
class Document:
    """A page's bytes, and the suffix of the extractor that reads them; `version` is to be kept for the next read."""

    data: bytes
    suffix: str
    url: str
    version: str | None
    facts: Facts


def read(fetcher: Fetcher, page: Page, version: str | None = None) -> Document | NotModified:
    """Fetch a page, or learn that it is still the `version` an earlier read gave.

    Raises:
        PermanentError: it can never be read as it is; PageGone where there is no such page any more.
        TransientError: it could not be read now.
    """
    fetched = fetcher.fetch(page.url, Validators.unpacked(version))
    if isinstance(fetched, NotModified):
        return fetched
    response = fetched.response
    suffix = suffix_of(fetched.data, response.media_type, response.url)
    data = as_utf8(fetched.data, response.charset) if suffix in TEXTUAL else fetched.data
    return Document(data, suffix, response.url, response.validators.packed(), page.facts)


def item(fetcher: Fetcher, page: Page) -> Item:
    """The page as every source's items are; its size is not known before it is fetched."""

    def fetch(version: str | None) -> Fetched | None:
        document = read(fetcher, page, version)
        if isinstance(document, NotModified):
            return None
        facts = replace(document.facts, url=document.url)
        return Fetched(document.data, f"page{document.suffix}", document.version, facts)

    return Item(page.url, page.url, fetch, mark=page.mark)


class PageSource:
    """A single page."""

    exhaustive = True

    def __init__(self, fetcher: Fetcher, url: str, groups: tuple[str, ...] = ()) -> None:
        self._fetcher, self._url, self.key, self.groups = fetcher, url, url, groups

    def list(self) -> Iterator[Item | Unreadable]:
        """The page, unless its address can be seen to be wrong."""
        for page in self.pages():
            yield page if isinstance(page, Unreadable) else item(self._fetcher, page)

    def pages(self) -> Iterator[Page | Unreadable]:
        """As `list`, before anything can be fetched."""
        try:
            yield Page(parse(self._url).url)
        except AddressRefused as refused:
            yield Unreadable(self._url, refused)
