"""Dates as formats store them, read as ISO `YYYY-MM-DD`; an unreadable date is no date."""

from __future__ import annotations

import re

from ingest.cleaning import dateline

_COMPACT = re.compile(r"(?:D:)?(\d{4})(\d{2})(\d{2})(?:[T\d].*)?", re.S)


def iso_date(value: object) -> str | None:
    """The date in `value`, if it is text in one of the forms people write or programs do ("D:20240506101500")."""
    if not isinstance(value, str):
        return None
    compact = _COMPACT.fullmatch(value.strip())
    return dateline.iso_date("-".join(compact.groups()) if compact else value)
