"""EPUB books: the chapters of the spine in reading order, without cover pages of no text and contents lists."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from ingest.errors import PermanentError
from ingest.extract import signature
from ingest.extract.archive import open_zip, parse_xml, read_part, words
from ingest.extract.base import Block, Draft
from ingest.extract.dates import iso_date
from ingest.extract.encoding import decode
from ingest.extract.tree import blocks_of, parse, without_title

_CONTAINER = "META-INF/container.xml"
# Fonts are often scrambled in books anyone may read; everything else encrypted is copy protection.
_FONT_SCRAMBLING = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
# Its own entities are the one thing of it that HTML parsers show as text.
_DOCTYPE = re.compile(r"<!DOCTYPE[^\[>]*(\[.*?\]\s*)?>", re.I | re.S)
_CHAPTER_TYPES = ("application/xhtml+xml", "text/html", "application/xml", "text/xml")


def extract(data: bytes, name: str) -> Draft:
    """Read a book without copy protection."""
    with open_zip(data, name, "an EPUB book", _CONTAINER) as archive:
        if _is_locked(archive):
            raise PermanentError(
                f"{name} is copy-protected (DRM). Ask the publisher for a copy without protection, or take it out."
            )
        path = _package_path(archive)
        package = parse_xml(read_part(archive, path)) if path else None
        if path is None or package is None:
            raise PermanentError(f"{name} is a damaged EPUB book: its list of chapters is unreadable. Export it again.")
        blocks = [b for chapter in _chapters(package, path) for b in _read_chapter(archive, chapter, name)]
    title = next(iter(words(package, "title")), None)
    rest = without_title(blocks, title)
    if not rest:
        raise signature.textless(name, "If its pages are pictures, run OCR on them and export it again.")
    return Draft(
        blocks=rest,
        title=title,
        author=", ".join(words(package, "creator")) or None,
        published_at=next((d for d in map(iso_date, words(package, "date")) if d), None),
        language=next(iter(words(package, "language")), None),
    )


def _is_locked(archive: zipfile.ZipFile) -> bool:
    encryption = parse_xml(read_part(archive, "META-INF/encryption.xml"))
    if encryption is None:
        return False
    methods = encryption.xpath("//*[local-name()='EncryptedData']/*[local-name()='EncryptionMethod']/@Algorithm")
    return any(method not in _FONT_SCRAMBLING for method in methods)


def _package_path(archive: zipfile.ZipFile) -> str | None:
    container = parse_xml(read_part(archive, _CONTAINER))
    paths = [] if container is None else container.xpath("//*[local-name()='rootfile']/@full-path")
    return str(paths[0]) if paths else None


def _chapters(package: Any, path: str) -> Iterator[str]:
    """Paths of the chapters inside the archive, in the order of the spine."""
    folder = posixpath.dirname(path)
    contents = {str(h).partition("#")[0] for h in package.xpath("//*[local-name()='reference'][@type='toc']/@href")}
    items = {item.get("id"): item for item in package.iter("{*}item", "item")}
    for reference in package.iter("{*}itemref", "itemref"):
        item = items.get(reference.get("idref"))
        if item is None or "nav" in (item.get("properties") or "").split():
            continue
        href = item.get("href") or ""
        if href and href not in contents and (item.get("media-type") or _CHAPTER_TYPES[0]) in _CHAPTER_TYPES:
            yield posixpath.normpath(posixpath.join(folder, unquote(href)))


def _read_chapter(archive: zipfile.ZipFile, chapter: str, name: str) -> tuple[Block, ...]:
    data = read_part(archive, chapter)
    if not data or not data.strip():
        return ()
    root = parse_xml(data)
    if root is None:  # not well formed, or with HTML's entities: read it as a browser would
        root = parse(_DOCTYPE.sub("", decode(data, f"{chapter} in {name}").text))
    return blocks_of(root)
