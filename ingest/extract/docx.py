"""Word documents, by mammoth; headers, footers, comments and deleted text are not part of an article."""

from __future__ import annotations

import io
import re
from typing import Any

import mammoth

from ingest.errors import PermanentError
from ingest.extract import signature
from ingest.extract.archive import open_zip, parse_xml, read_part, words
from ingest.extract.base import Draft
from ingest.extract.dates import iso_date
from ingest.extract.tree import blocks_of, parse, without_title

_STYLES = "p[style-name='Title'] => h1.title:fresh\np[style-name='Subtitle'] => p:fresh"
# What programs put there when nobody has.
_DEFAULTS = re.compile(r"(untitled.*|document\d*|word document|microsoft word.*|.*\.docx?|标题|文档\d*)", re.I)
_NOBODY = re.compile(r"(python-docx|microsoft( office)? user|administrator|admin|user|author|unknown|用户)", re.I)


def extract(data: bytes, name: str) -> Draft:
    """Read a .docx file; the title is the paragraph styled Title, else the property, else the first heading 1."""
    with open_zip(data, name, "a Word document", "word/document.xml") as archive:
        properties = parse_xml(read_part(archive, "docProps/core.xml"))
    root = parse(_html(data, name))
    blocks = blocks_of(root)
    styled = [" ".join("".join(e.itertext()).split()) for e in root.iter("h1") if e.get("class") == "title"]
    stored = [t for t in words(properties, "title") if not _DEFAULTS.fullmatch(t)]
    headings = [b.text for b in blocks if b.kind == "heading" and b.level == 1]
    title = next((t for t in [*styled, *stored, *headings] if t), None)
    rest = without_title(blocks, title)
    if not rest:
        raise signature.textless(name, "If it holds pictures of pages, run OCR on it and save it again.")
    dates = [d for d in map(iso_date, words(properties, "modified") + words(properties, "created")) if d]
    return Draft(
        blocks=rest,
        title=title,
        author=next((a for a in words(properties, "creator") if not _NOBODY.fullmatch(a)), None),
        published_at=next(iter(dates), None),
        language=next(iter(words(properties, "language")), None),
    )


def _html(data: bytes, name: str) -> str:
    try:
        result: Any = mammoth.convert_to_html(io.BytesIO(data), style_map=_STYLES, convert_image=lambda _: [])
    except Exception:  # mammoth raises whatever its XML and ZIP readers do
        raise PermanentError(
            f"{name} is a damaged Word document. Open it in Word, save it again and replace it."
        ) from None
    return str(result.value)
