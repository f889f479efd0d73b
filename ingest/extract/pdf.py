"""PDF: the lines of each page, less what is printed on every page around the text."""

from __future__ import annotations

import io
import logging
import re
from typing import Any

from pypdf import PasswordType, PdfReader

from ingest.errors import PermanentError
from ingest.extract import running, signature
from ingest.extract.base import Block, Draft
from ingest.extract.dates import iso_date

_DEFAULTS = re.compile(
    r"(untitled.*|document\d*|microsoft (word|powerpoint|excel)\b.*|.*\.(docx?|pptx?|xlsx?|indd|qxd|pdf|tex|dvi|rtf)|"
    r"\W*|无标题.*|powerpoint 演示文稿|powerpoint presentation|slide 1)",
    re.I,
)
_NOBODY = re.compile(
    r"(anonymous|unknown|administrator|admin|user|author|owner|microsoft( office)? user|用户|\W*)", re.I
)
_STRAY = re.compile(r"[\ud800-\udfff\x00]")


def extract(data: bytes, name: str) -> Draft:
    """Read the text layer of a PDF; each line knows its page."""
    if not data:
        raise signature.empty(name)
    # Some programs write a few bytes before the mark, and readers accept it within the first kilobyte.
    if b"%PDF-" not in data[:1024]:
        raise signature.mistaken(name, data, "a PDF")
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it warns of each blemish it has already mended
    reader = _open(data, name)
    pages, unread = _pages(reader, name)
    kept = running.without_running(pages)
    if not any(line.strip() for page in kept for line in page):
        count = "1 page" if len(pages) == 1 else f"{len(pages)} pages"
        raise PermanentError(f"{name} has {count} and no text: it is probably scanned. Run OCR on it and replace it.")
    info = _info(reader)
    title, author = info.get("/Title", ""), info.get("/Author", "")
    return Draft(
        blocks=tuple(Block("line", line, page=n) for n, page in enumerate(kept, 1) for line in page),
        title=None if _DEFAULTS.fullmatch(title) else title,
        author=None if _NOBODY.fullmatch(author) else author,
        published_at=iso_date(info.get("/CreationDate")) or iso_date(info.get("/ModDate")),
        metadata={"pages": str(len(pages))} | _note(kept, unread),
    )


def _open(data: bytes, name: str) -> PdfReader:
    try:
        reader = PdfReader(io.BytesIO(data))
        locked = reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED
        pages = 0 if locked else len(reader.pages)
    except Exception:  # pypdf says itself that broken files cause any exception
        raise _damaged(name) from None
    if locked:
        raise PermanentError(f"{name} is protected by a password. Save a copy without one and replace it.")
    if not pages:
        raise _damaged(name)
    return reader


def _damaged(name: str) -> PermanentError:
    return PermanentError(f"{name} is a damaged PDF. Open it in a PDF viewer, save it again and replace it.")


def _pages(reader: PdfReader, name: str) -> tuple[list[list[str]], list[int]]:
    """The lines of every page, and the numbers of pages that could not be read at all."""
    pages: list[list[str]] = []
    unread: list[int] = []
    for number in range(len(reader.pages)):
        try:
            text = reader.pages[number].extract_text()
        except Exception:
            text = ""
            unread.append(number + 1)
        pages.append([line.rstrip() for line in _STRAY.sub("", text).splitlines()])
    if len(unread) == len(pages):
        raise _damaged(name)
    return pages, unread


def _info(reader: PdfReader) -> dict[str, str]:
    try:
        raw: Any = reader.metadata or {}
        return {key: " ".join(_STRAY.sub("", str(value)).split()) for key, value in raw.items()}
    except Exception:  # a damaged information dictionary says nothing about the text
        return {}


def _note(pages: list[list[str]], unread: list[int]) -> dict[str, str]:
    silent = [n for n, page in enumerate(pages, 1) if n not in unread and not any(line.strip() for line in page)]
    notes = {}
    if silent:
        notes["pages_without_text"] = _ranges(silent)
    if unread:
        notes["pages_damaged"] = _ranges(unread)
    return notes


def _ranges(numbers: list[int]) -> str:
    """[1, 2, 3, 7] as "1-3, 7"."""
    spans: list[list[int]] = []
    for n in numbers:
        if spans and spans[-1][1] == n - 1:
            spans[-1][1] = n
        else:
            spans.append([n, n])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in spans)
