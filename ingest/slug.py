"""Readable ids: `618 Live Streaming.txt` becomes `618-live-streaming`."""

from __future__ import annotations

import re
import unicodedata

_SUFFIX = re.compile(r"(\.jsonl)?\.[a-z0-9]{1,8}$", re.IGNORECASE)
_SCHEME = re.compile(r"^https?://(?:www\.)?", re.IGNORECASE)
_LONGEST = 80


def slug_of(name: str) -> str:
    """Letters and digits of any script, lower case, joined by hyphens; never empty."""
    name = _SCHEME.sub("", name)
    stem = _SUFFIX.sub("", name) or name
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", stem).lower())
    return "-".join(words)[:_LONGEST].strip("-") or "article"
