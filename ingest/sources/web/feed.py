"""RSS and Atom feeds: the entries' pages, with what the feed says about them.

A feed shows the latest entries only: an article that is no longer in it has not been removed.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterable, Iterator
from typing import Any, cast

import feedparser  # type: ignore[import-untyped]
from feedparser.encodings import convert_to_utf8  # type: ignore[import-untyped]
from lxml import etree

from ingest.errors import FootnoteError, IncompleteListing, PermanentError, SourceUnreachable
from ingest.extract.dates import iso_date
from ingest.extract.signature import is_html
from ingest.extract.tree import parse as parse_html
from ingest.sources.base import Facts, Item, Unreadable
from ingest.sources.web.address import parse
from ingest.sources.web.errors import AddressRefused
from ingest.sources.web.fetch import Fetcher
from ingest.sources.web.page import Page, item
from ingest.sources.web.response import Fetched

# Broken XML is read by feedparser's own lenient parser, whose time grows with the square of some input.
_LARGEST_BROKEN = 1_000_000
_PIECE = 65_536


class FeedSource:
    """The entries of a feed; the text of each is fetched from the page it links to, on whatever host."""

    exhaustive = False

    def __init__(self, fetcher: Fetcher, url: str, groups: tuple[str, ...] = ()) -> None:
        self._fetcher, self._url, self.key, self.groups = fetcher, url, url, groups

    def list(self) -> Iterator[Item | Unreadable]:
        """The entries' pages, each once, in the order of the feed; an entry's id and time of change are the mark.

        An error of kind IncompleteListing says that there may be more entries than were listed.
        """
        for page in self.pages():
            yield page if isinstance(page, Unreadable) else item(self._fetcher, page)

    def pages(self) -> Iterator[Page | Unreadable]:
        """As `list`, before anything can be fetched."""
        try:
            fetched = self._fetcher.fetch(self._url)
        except FootnoteError as error:
            yield Unreadable(self._url, SourceUnreachable(f"The feed cannot be read. {error}"))
            return
        assert isinstance(fetched, Fetched)  # noqa: S101 - nothing was said of an earlier version
        feed = _parsed(fetched)
        if isinstance(feed, str):
            yield Unreadable(self._url, SourceUnreachable(f"The feed {self._url} {feed}."))
            return
        yield from self._entries(feed.entries)

    def _entries(self, found: Iterable[Any]) -> Iterator[Page | Unreadable]:
        seen: set[str] = set()
        most = self._fetcher.settings.max_pages
        for entry in found:
            page = self._page(entry)
            if isinstance(page, Page):
                if page.url in seen:
                    continue
                if len(seen) == most:
                    yield Unreadable(
                        self._url,
                        IncompleteListing(
                            f"The feed {self._url} has more than {most:,} entries, of which only the first were taken. "
                            "Raise FOOTNOTE_WEB__MAX_PAGES to take more."
                        ),
                    )
                    return
                seen.add(page.url)
            yield page

    def _page(self, entry: Any) -> Page | Unreadable:
        title = _title(entry)
        link = _text(entry.get("link"))
        if link is None:
            which = f"“{title}”" if title else "without a title"
            return Unreadable(
                self._url,
                PermanentError(f"An entry of the feed {self._url} ({which}) has no link, and so no page to read."),
            )
        try:
            url = parse(link).url
        except AddressRefused as refused:
            return Unreadable(link, PermanentError(f"The feed {self._url} lists what is not read. {refused}"))
        changed = _text(entry.get("updated")) if "updated" in entry else _text(entry.get("published"))
        identity = _text(entry.get("id")) or url
        return Page(
            url,
            mark=f"{identity} {changed}" if changed else None,
            facts=Facts(title, _text(entry.get("author")), _day(entry)),
        )


def _parsed(fetched: Fetched) -> Any:
    """The feed, or what it is instead, to stand after "the feed"."""
    if not fetched.data.strip():
        return "is empty: give the address of an RSS or Atom feed"
    if is_html(fetched.data):
        return "is a web page: give the address of its RSS or Atom feed"
    data = _as_utf8(fetched)
    if _declares_entities(data):
        return "declares entities, which no feed needs and which are not read: mend it"
    if len(data) > _LARGEST_BROKEN and not _well_formed(data):
        return "is broken: mend it so that it is well-formed XML"
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": fetched.response.url}
    # As a stream: bytes or text would be tried as a file name and as an address first.
    feed = feedparser.parse(
        io.BytesIO(data), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
    )
    if not feed.get("version") and not feed.entries:
        return "is no RSS or Atom feed that can be read: check its address, and mend it if it is broken"
    return feed


def _as_utf8(fetched: Fetched) -> bytes:
    """The feed in UTF-8 and declared so, by the rules that feedparser knows; it overlooks a mark of UTF-16."""
    data, charset = fetched.data, fetched.response.charset
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        data, charset = data.decode("utf-16", "replace").encode(), "utf-8"
    media_type = fetched.response.media_type
    stated = {"content-type": f"{media_type}; charset={charset}" if charset else media_type}
    return cast(bytes, convert_to_utf8(stated, data, {}))


def _declares_entities(data: bytes) -> bool:
    """Whether a document type with declarations of its own stands before the feed's first element."""
    at = 0
    while True:
        while data[at : at + 1].isspace() or data.startswith(b"\xef\xbb\xbf", at):
            at += 1
        for opening, closing in ((b"<?", b"?>"), (b"<!--", b"-->")):
            if data.startswith(opening, at):
                at = data.find(closing, at + len(opening)) + len(closing)
                if at < len(closing):
                    return False  # never closed: no feed at all
                break
        else:
            break
    doctype = data[at : at + 10_000]
    return doctype.startswith(b"<!") and b"[" in doctype.partition(b">")[0]


def _well_formed(data: bytes) -> bool:
    parser = etree.XMLParser(target=cast(Any, _Nothing()), resolve_entities=False, no_network=True, load_dtd=False)
    try:
        for at in range(0, len(data), _PIECE):
            parser.feed(data[at : at + _PIECE])
        parser.close()
    except etree.XMLSyntaxError:
        return False
    return True


class _Nothing:
    """A parser's target that builds nothing."""

    def close(self) -> None:
        """Nothing was built."""


def _title(entry: Any) -> str | None:
    title = entry.get("title")
    if isinstance(title, str) and "<" in title and entry.get("title_detail", {}).get("type") != "text/plain":
        title = parse_html(title).text_content()
    return _text(title)


def _text(value: object) -> str | None:
    return " ".join(value.split()) or None if isinstance(value, str) else None


def _day(entry: Any) -> str | None:
    """The day as the feed writes it: in UTC an early morning in Shanghai would be the day before."""
    return iso_date(entry.get("published")) or (iso_date(entry.get("updated")) if "updated" in entry else None)
