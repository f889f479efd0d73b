"""Where a listing goes on: opaque to whoever holds it, and worth nothing once changed."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from typing import Annotated

from fastapi import Query
from fastapi.exceptions import RequestValidationError

# Not a secret: a cursor gives no access, this only keeps made-up ones from being read as places in a listing.
_NAMED = b"footnote cursor"
_CHECK = 6

Cursor = Annotated[str | None, Query(max_length=2000, description="`next_cursor` of the page before.")]


def cursor_of(listing: str, place: str | int) -> str:
    """The cursor that goes on after `place` in a listing; `listing` names which."""
    told = json.dumps([listing, place], ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_check(told) + told).decode().rstrip("=")


def place_in(listing: str, cursor: str | None) -> str | int | None:
    """The place that `cursor_of` was given; None for the first page.

    Raises:
        RequestValidationError: the cursor is not one of this listing. HTTP 422.
    """
    if cursor is None:
        return None
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        check, told = raw[:_CHECK], raw[_CHECK:]
        named, place = json.loads(told) if hmac.compare_digest(check, _check(told)) else (None, None)
    except (binascii.Error, ValueError):
        named, place = None, None
    if named != listing or not isinstance(place, (str, int)) or (isinstance(place, int) and place >= 2**63):
        raise RequestValidationError([{"type": "cursor", "loc": ("query", "cursor"), "msg": "unknown cursor"}])
    return place


def _check(told: bytes) -> bytes:
    return hashlib.blake2b(told, key=_NAMED, digest_size=_CHECK).digest()
