"""File formats: a file name's suffix names the module that reads it, loaded on first use.

Importing this package is cheap; trafilatura, pypdf and mammoth come in only with their first file.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import PurePath
from typing import cast

from ingest.extract.base import Block, Draft, Extractor

_MODULES = {
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".epub": "epub",
}

SUFFIXES = frozenset(_MODULES)


def extractor_for(name: str) -> Extractor | None:
    """The extractor for a file of this name, or None where no format has its suffix."""
    module = _MODULES.get(PurePath(name).suffix.lower())
    return cast(Extractor, import_module(f"{__name__}.{module}").extract) if module else None


__all__ = ["SUFFIXES", "Block", "Draft", "Extractor", "extractor_for"]
