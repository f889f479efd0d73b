"""ZIP containers (Word, EPUB), opened only when what is in them has a sane size."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Any

from lxml import etree

from ingest.errors import PermanentError
from ingest.extract import signature

MAX_UNPACKED = 200 * 1024 * 1024
_BROKEN = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError, RuntimeError)


def open_zip(data: bytes, name: str, wanted: str, needed: str) -> zipfile.ZipFile:
    """The archive in `data`, which must hold the file `needed` to be `wanted` ("a Word document").

    Raises:
        PermanentError: it is something else, is damaged or locked, or unpacks to more than is reasonable.
    """
    if not data:
        raise signature.empty(name)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _BROKEN:
        raise signature.mistaken(name, data, wanted) from None
    entries = archive.infolist()
    if needed not in archive.namelist():
        raise signature.mistaken(name, data, wanted)
    # zipfile never reads more than the size an entry declares, so the declared sizes can be trusted.
    if sum(e.file_size for e in entries) > MAX_UNPACKED:
        limit = MAX_UNPACKED // (1024 * 1024)
        raise PermanentError(
            f"{name} unpacks to more than {limit} MB. Split it, or take large pictures and attachments out of it."
        )
    if any(e.flag_bits & 1 for e in entries):
        raise PermanentError(f"{name} is protected by a password. Save a copy without one and replace it.")
    return archive


def read_part(archive: zipfile.ZipFile, part: str) -> bytes | None:
    """One file of the archive, or None where it is missing or damaged."""
    try:
        return archive.read(part)
    except (KeyError, *_BROKEN):
        return None


def parse_xml(data: bytes | None) -> Any:
    """The XML tree, or None where it is not well formed; entities are never expanded, nothing is fetched."""
    if data is None:
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def words(root: Any, local_name: str) -> list[str]:
    """The text of each element of that name, in any namespace."""
    if root is None:
        return []
    texts = (" ".join("".join(e.itertext()).split()) for e in root.iter(f"{{*}}{local_name}", local_name))
    return [t for t in texts if t]
