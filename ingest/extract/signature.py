"""What a file really is by its first bytes, so that a wrong suffix gets a useful answer."""

from __future__ import annotations

import io
import re
import zipfile

from ingest.errors import PermanentError

_MAGIC = (
    (b"%PDF-", "a PDF"),
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old or password-protected Office document"),
    (b"{\\rtf", "an RTF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90\x00", "a program"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"ID3", "an MP3 recording"),
    (b"OggS\x00", "an Ogg recording"),
)
_ZIP = b"PK\x03\x04"
_DAMAGED_ZIP = "a damaged ZIP archive"
_ZIPPED = {"a Word document", "an EPUB book"}
_ADVICE = {
    "a PDF": "Rename it so that it ends in .pdf.",
    "a Word document": "Rename it so that it ends in .docx.",
    "an EPUB book": "Rename it so that it ends in .epub.",
    "an HTML page": "Rename it so that it ends in .html.",
    "an RTF document": "Open it in a word processor and save it as .docx.",
    "an old or password-protected Office document": "Open it in Office and save it as .docx without a password.",
    "a spreadsheet": "Save the sheets that hold text as .html or .pdf.",
    "a presentation": "Save it as .pdf.",
}
_HTML = re.compile(rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body)\b", re.I | re.S)


def kind_of(data: bytes) -> str | None:
    """What the first bytes say the file is ("a PDF"), or None when they say nothing."""
    if data.startswith(_ZIP):
        return _zip_kind(data)
    if data[:4] == b"RIFF" and data[8:12] in (b"WEBP", b"WAVE", b"AVI "):
        return "an image, sound or video file"
    if data[4:8] == b"ftyp":
        return "an image, sound or video file"
    return next((kind for magic, kind in _MAGIC if data.startswith(magic)), None)


def is_html(data: bytes) -> bool:
    """Whether the bytes begin like an HTML page."""
    return _HTML.match(data[:2048]) is not None


def mistaken(name: str, data: bytes, wanted: str) -> PermanentError:
    """The error for `data` that is not `wanted` ("a PDF"), naming what it is and what to do about it."""
    kind = kind_of(data) or ("an HTML page" if is_html(data) else None)
    if kind in (None, wanted) or (kind == _DAMAGED_ZIP and wanted in _ZIPPED):
        return PermanentError(f"{name} is not {wanted} that can be read: it is damaged. Save it again and replace it.")
    advice = _ADVICE.get(kind or "", "Convert it to text, or take it out of the collection.")
    return PermanentError(f"{name} is not {wanted}: it looks like {kind}. {advice}")


def empty(name: str) -> PermanentError:
    """The error for a file of no bytes."""
    return PermanentError(f"{name} is empty. Put the article into it, or take the file out of the collection.")


def textless(name: str, hint: str = "Add the text, or take the file out of the collection.") -> PermanentError:
    """The error for a file that opens well and holds nothing to read."""
    return PermanentError(f"{name} holds no text. {hint}")


def _zip_kind(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return _DAMAGED_ZIP
    if "META-INF/container.xml" in names:
        return "an EPUB book"
    for folder, kind in (("word/", "a Word document"), ("xl/", "a spreadsheet"), ("ppt/", "a presentation")):
        if any(n.startswith(folder) for n in names):
            return kind
    return "a ZIP archive"
