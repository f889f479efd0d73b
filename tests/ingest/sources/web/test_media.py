"""Which format a document is in."""

from __future__ import annotations

import io
import zipfile

import pytest

from ingest.errors import PermanentError
from ingest.sources.web.media import suffix_of


def zipped(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return file.getvalue()


HTML, PDF, WORD = b"<!doctype html><p>Hello", b"%PDF-1.7 ...", zipped("word/document.xml")


@pytest.mark.parametrize(
    ("data", "media_type", "path", "suffix"),
    [
        (HTML, "text/html", "/a", ".html"),
        (b"<p>x", "application/xhtml+xml", "/a.pdf", ".html"),
        (b"Hello", "text/plain", "/a", ".txt"),
        (b"# Hello", "text/plain", "/README.md", ".md"),
        (b"# Hello", "text/markdown", "/a", ".md"),
        (PDF, "application/pdf", "/a", ".pdf"),
        (PDF, "text/html", "/a.html", ".pdf"),
        (WORD, "application/octet-stream", "/download?id=1", ".docx"),
        (WORD, "application/zip", "/a", ".docx"),
        (zipped("META-INF/container.xml"), "", "/a", ".epub"),
        (HTML, "", "/a", ".html"),
        (HTML, "application/pdf", "/a.pdf", ".html"),
        (b"Hello", "application/octet-stream", "/notes.TXT?v=2", ".txt"),
    ],
)
def test_the_format_is_found(data: bytes, media_type: str, path: str, suffix: str) -> None:
    assert suffix_of(data, media_type, f"https://example.com{path}") == suffix


@pytest.mark.parametrize(
    ("data", "media_type", "said"),
    [
        (b"\x89PNG\r\n\x1a\n...", "text/html", "looks like a PNG image"),
        (b"{}", "application/json", "is of type application/json"),
        (b"Hello", "", "does not say what format it is in"),
        (zipped("xl/workbook.xml"), "application/zip", "looks like a spreadsheet"),
    ],
)
def test_other_formats_are_named_with_the_page(data: bytes, media_type: str, said: str) -> None:
    with pytest.raises(PermanentError, match=f"https://example.com/a {said}"):
        suffix_of(data, media_type, "https://example.com/a")
