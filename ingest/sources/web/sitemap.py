"""Sitemaps: every page they list, through indexes of sitemaps."""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

from ingest.errors import FootnoteError, IncompleteListing, PermanentError, SourceUnreachable
from ingest.sources.base import Item, Unreadable
from ingest.sources.web.address import Address, parse
from ingest.sources.web.errors import AddressRefused
from ingest.sources.web.fetch import Fetcher
from ingest.sources.web.page import Page, item
from ingest.sources.web.sitemap_file import MAX_BYTES, Entry, Malformed, entries

MAX_SITEMAPS = 1_000
_DEEPEST = 5


def _today() -> date:
    return datetime.now(UTC).date()


class SitemapSource:
    """The pages of a sitemap that are on the sitemap's own host, or on any with `other_hosts`."""

    exhaustive = True

    def __init__(
        self,
        fetcher: Fetcher,
        url: str,
        groups: tuple[str, ...] = (),
        *,
        other_hosts: bool = False,
        today: Callable[[], date] = _today,
    ) -> None:
        self._fetcher, self._url, self._other_hosts, self._today = fetcher, url, other_hosts, today
        self.key, self.groups = url, groups

    def list(self) -> Iterator[Item | Unreadable]:
        """The pages, each once, in the order of the sitemaps; `<lastmod>` is the mark.

        An error of kind IncompleteListing says that there may be more pages than were listed.
        """
        for page in self.pages():
            yield page if isinstance(page, Unreadable) else item(self._fetcher, page)

    def pages(self) -> Iterator[Page | Unreadable]:
        """As `list`, before anything can be fetched."""
        return _Walk(self._fetcher, self._other_hosts, self._today()).run(self._url)


class _Walk:
    """One listing."""

    def __init__(self, fetcher: Fetcher, other_hosts: bool, today: date) -> None:
        self._fetcher, self._other_hosts, self._today = fetcher, other_hosts, today
        self._most = fetcher.settings.max_pages
        self._hosts: set[str] = set()
        self._seen: set[str] = set()
        self._sitemaps: set[str] = set()
        self._foreign: Counter[str] = Counter()
        self._count = 0

    def run(self, url: str) -> Iterator[Page | Unreadable]:
        waiting = [(url, 0)]
        while waiting:
            sitemap, depth = waiting.pop()
            below: list[str] = []
            yield from self._sitemap(sitemap, depth, below)
            if self._count > self._most:
                break
            waiting.extend((child, depth + 1) for child in reversed(below))
        for host, count in self._foreign.items():
            yield Unreadable(url, _foreign(url, host, count))

    def _sitemap(self, url: str, depth: int, below: list[str]) -> Iterator[Page | Unreadable]:
        failed = SourceUnreachable if depth == 0 else IncompleteListing
        try:
            with tempfile.TemporaryFile() as file:
                at = parse(self._fetcher.download(url, file, MAX_BYTES).url)
                if depth == 0:
                    self._hosts = {parse(url).host, at.host}
                for entry in entries(file):
                    found = self._entry(entry, at, depth, below)
                    if found is not None:
                        yield found
                    if self._count > self._most:
                        return
        except Malformed as malformed:
            yield Unreadable(
                url, failed(f"The sitemap {url} {malformed}. Mend it; until then its pages are not all known.")
            )
        except FootnoteError as error:
            yield Unreadable(url, failed(f"The sitemap cannot be read. {error}"))

    def _entry(self, entry: Entry, at: Address, depth: int, below: list[str]) -> Page | Unreadable | None:
        try:
            address = parse(entry.url, at)
        except AddressRefused as refused:
            self._count += 1
            return Unreadable(entry.url, PermanentError(f"The sitemap {at.url} lists what is not read. {refused}"))
        if not self._other_hosts and address.host not in self._hosts:
            self._foreign[address.host if len(self._foreign) < 100 else "other hosts"] += 1
            return None
        return self._child(address, depth, below) if entry.kind == "sitemap" else self._page(address, entry, at)

    def _child(self, address: Address, depth: int, below: list[str]) -> Unreadable | None:
        if address.url in self._sitemaps:
            return None
        if depth == _DEEPEST or len(self._sitemaps) == MAX_SITEMAPS:
            return Unreadable(
                address.url,
                IncompleteListing(
                    f"The sitemap {address.url} was not read: it is more than {_DEEPEST} indexes deep, or one of more "
                    f"than {MAX_SITEMAPS} sitemaps. Name it as a source of its own."
                ),
            )
        self._sitemaps.add(address.url)
        below.append(address.url)
        return None

    def _page(self, address: Address, entry: Entry, at: Address) -> Page | Unreadable | None:
        if address.url in self._seen:
            return None
        self._count += 1
        if self._count > self._most:
            return Unreadable(
                at.url,
                IncompleteListing(
                    f"The sitemap {at.url} lists more than {self._most:,} pages, of which only the first were taken. "
                    "Raise FOOTNOTE_WEB__MAX_PAGES to take more."
                ),
            )
        self._seen.add(address.url)
        return Page(address.url, self._mark(entry.lastmod))

    def _mark(self, lastmod: str | None) -> str | None:
        """No mark for a bare date that is not over yet anywhere: the page may change again on that day."""
        if lastmod is None or not re.match(r"\d{4}", lastmod) or len(lastmod) > 40:
            return None
        try:
            day = date.fromisoformat(lastmod)
        except ValueError:
            return lastmod if "T" in lastmod else None  # a month or a year is too coarse
        return lastmod if (self._today - day).days > 1 else None


def _foreign(url: str, host: str, count: int) -> PermanentError:
    pages = "1 page" if count == 1 else f"{count:,} pages"
    return PermanentError(
        f"The sitemap {url} lists {pages} on {host}, which is another host, and so they were left out. "
        "Give that host's own sitemap as a source too."
    )
