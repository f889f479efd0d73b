"""Which format a document from the web is in: by its first bytes, then by its media type, then by its address."""

from __future__ import annotations

from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from ingest.errors import PermanentError
from ingest.extract import SUFFIXES, signature

TEXTUAL = frozenset({".html", ".htm", ".xhtml", ".txt", ".text", ".md", ".markdown"})
ACCEPT = "text/html,application/xhtml+xml,text/markdown,text/plain,application/pdf;q=0.9,*/*;q=0.5"
_SUFFIX = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/x-markdown": ".md",
    "application/pdf": ".pdf",
    "application/x-pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/epub+zip": ".epub",
}
_KINDS = {"a PDF": ".pdf", "a Word document": ".docx", "an EPUB book": ".epub"}
_VAGUE = {"", "application/octet-stream", "binary/octet-stream", "application/x-download", "application/download"}
_MARKDOWN = {".md", ".markdown"}


def suffix_of(data: bytes, media_type: str, url: str) -> str:
    """The suffix (".html") that names the extractor for this document.

    Raises:
        PermanentError: the document is in a format that is not read.
    """
    kind = signature.kind_of(data)
    if kind in _KINDS:
        return _KINDS[kind]
    if kind:
        raise _unread(url, f"looks like {kind}")
    path = PurePosixPath(unquote(urlsplit(url).path)).suffix.lower()
    suffix = _SUFFIX.get(media_type)
    if suffix == ".txt" and path in _MARKDOWN:
        return ".md"  # servers that do not know Markdown call it plain text
    if suffix == ".pdf" and signature.is_html(data):
        return ".html"  # a viewer or a sign-in page where the PDF should be
    if suffix:
        return suffix
    if media_type in _VAGUE:
        if signature.is_html(data):
            return ".html"
        if path in SUFFIXES:
            return path
    raise _unread(url, f"is of type {media_type}" if media_type else "does not say what format it is in")


def _unread(url: str, what: str) -> PermanentError:
    return PermanentError(
        f"{url} {what}, which is not read. Publish it as HTML, PDF, Word, Markdown or text, or take it out of "
        "the source."
    )
