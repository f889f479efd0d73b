"""Sitemap files (XML, gzipped XML, plain text), read entry by entry however large they are."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, BinaryIO, Literal, cast

from lxml import etree

from ingest.extract.signature import is_html
from ingest.sources.web.address import LONGEST

# The protocol allows 50 MB unpacked.
MAX_BYTES = 64 * 1024 * 1024
_PIECE = 65_536
_ENTRY = {"page": "url", "sitemap": "sitemap"}
_ROOTS: dict[str, Literal["page", "sitemap"]] = {"urlset": "page", "sitemapindex": "sitemap"}
_URL = re.compile(r"https?://\S+", re.I)


class Malformed(Exception):
    """The file is no sitemap, or stops being one; its text says what it is, to stand after "the sitemap"."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One address in a sitemap: of a page, or of another sitemap."""

    kind: Literal["page", "sitemap"]
    url: str
    lastmod: str | None = None


def entries(file: BinaryIO) -> Iterator[Entry]:
    """The entries in order, each as soon as it is read; nothing of the file is kept.

    Raises:
        Malformed: from here on the file is no sitemap. Entries before that were given.
    """
    pieces = _pieces(file)
    first = next((piece for piece in pieces if piece.strip()), b"")
    if not first:
        raise Malformed("is empty")
    if is_html(first):
        raise Malformed("is a web page")
    if first.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<" or first[:2] in (b"\xff\xfe", b"\xfe\xff"):
        yield from _xml(first, pieces)
    else:
        yield from _text(first, pieces)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    packed = file.read(2) == b"\x1f\x8b"
    file.seek(0)
    stream = cast(BinaryIO, gzip.GzipFile(fileobj=file)) if packed else file
    total = 0
    try:
        while piece := stream.read(_PIECE):
            total += len(piece)
            if total > MAX_BYTES:
                raise Malformed(f"is larger than {MAX_BYTES / 1e6:.0f} MB: split it into several")
            yield piece
    except (OSError, EOFError, zlib.error):
        raise Malformed("is a damaged gzip file") from None


def _xml(first: bytes, pieces: Iterator[bytes]) -> Iterator[Entry]:
    found = _Found()
    parser = etree.XMLParser(
        target=cast(Any, found), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        for piece in chain([first], pieces):
            parser.feed(piece)
            yield from found.taken()
        parser.close()
    except etree.XMLSyntaxError as error:
        yield from found.taken()
        raise Malformed(f"is not well-formed XML (line {error.lineno or 1})") from None


class _Found:
    """Gathers entries from the parser's events; what is no part of an entry is dropped as it comes."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._kind: Literal["page", "sitemap"] | None = None
        self._depth = 0
        self._field: str | None = None
        self._values: dict[str, str] = {}

    def taken(self) -> list[Entry]:
        """The entries since the last call."""
        taken, self._entries = self._entries, []
        return taken

    def doctype(self, _name: str | None, _public: str | None, _system: str | None) -> None:
        raise Malformed("declares a document type, which no sitemap needs and which is not read")

    def start(self, tag: str, _attributes: object) -> None:
        name = tag.rpartition("}")[2]
        self._depth += 1
        if self._depth == 1:
            self._root(name)
        elif self._depth == 2:
            self._values = {}
        elif self._depth == 3 and name in ("loc", "lastmod"):
            self._field = name
            self._values[name] = ""

    def data(self, text: str) -> None:
        if self._field and len(self._values[self._field]) <= LONGEST:
            self._values[self._field] += text

    def end(self, tag: str) -> None:
        if self._depth == 3:
            self._field = None
        elif self._depth == 2 and self._kind and tag.rpartition("}")[2] == _ENTRY[self._kind]:
            loc = self._values.get("loc", "").strip()
            if loc:
                self._entries.append(Entry(self._kind, loc, self._values.get("lastmod", "").strip() or None))
        self._depth -= 1

    def close(self) -> None:
        """Nothing is left to do."""

    def _root(self, name: str) -> None:
        if name in ("rss", "feed", "RDF"):
            raise Malformed("is a feed: name it as a feed")
        if name not in _ROOTS:
            raise Malformed(f"begins with <{name[:40]}>, not with <urlset> or <sitemapindex>")
        self._kind = _ROOTS[name]


def _text(first: bytes, pieces: Iterator[bytes]) -> Iterator[Entry]:
    rest, number = b"", 0
    for piece in chain([first.removeprefix(b"\xef\xbb\xbf")], pieces, [b"\n"]):
        *lines, rest = (rest + piece).replace(b"\r", b"\n").split(b"\n")
        for line in lines:
            number += 1
            yield from _line(line, number)
        if len(rest) > LONGEST:
            yield from _line(rest, number + 1)


def _line(line: bytes, number: int) -> Iterator[Entry]:
    text = line.decode("utf-8", "replace").strip()
    if len(line) > LONGEST or (text and not _URL.fullmatch(text)):
        raise Malformed(f"is neither XML nor a list of addresses (line {number})")
    if text:
        yield Entry("page", text)
