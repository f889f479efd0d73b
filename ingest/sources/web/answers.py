"""What an HTTP status means for a page, in a sentence."""

from __future__ import annotations

import time
from datetime import UTC
from email.utils import parsedate_to_datetime

from ingest.errors import FootnoteError, PermanentError, TransientError
from ingest.sources.web.address import Address, parse
from ingest.sources.web.errors import AddressRefused, PageGone, PageRefused
from ingest.sources.web.wire import Reply, Unanswered

_REDIRECTS = (301, 302, 303, 307, 308)
_GONE = (404, 410)
_BUSY = (408, 425, 429)


def failure(address: Address, reply: Reply, *, conditional: bool) -> FootnoteError | None:
    """The error that an answer is; None for a document, a redirect, and "not modified" where that was asked."""
    status = reply.status
    if status in (200, 203, *_REDIRECTS) or (status == 304 and conditional):
        return None
    if status in _GONE:
        return PageGone(
            f"{address.url} does not exist: the server answered {status}. Correct the address, or take it out of "
            "the source."
        )
    if status in (401, 403):
        return PageRefused(
            f"{address.url} may not be read without signing in: the server answered {status}. Make it readable for "
            "Footnote, or take it out of the source."
        )
    if status in _BUSY or status >= 500:
        return Unanswered(f"{address.url} cannot be read now: the server answered {status}. Try again later.")
    if 400 <= status < 500:
        return PageRefused(f"{address.url} was refused: the server answered {status}. Correct the address.")
    if status == 304:
        return TransientError(f"{address.url} cannot be read now: the server answered 304 unasked. Try again later.")
    return PermanentError(
        f"{address.url} has no document: the server answered {status}. Correct the address, or take it out of the "
        "source."
    )


def redirect(address: Address, reply: Reply) -> Address | None:
    """Where a redirect leads; None for every other answer.

    No request carries credentials, so a redirect from https to http gives nothing away and is followed.

    Raises:
        PermanentError: it leads nowhere, or to what is no web address.
    """
    if reply.status not in _REDIRECTS:
        return None
    location = reply.headers.get("location", "").strip()
    if not location:
        raise PermanentError(
            f"{address.url} redirects without saying where to: name the page it stands for, or take it out "
            "of the source."
        )
    try:
        return parse(location, address)
    except AddressRefused as refused:
        raise AddressRefused(f"{address.url} redirects to where nothing is read. {refused}") from None


def retry_after(reply: Reply) -> float:
    """Seconds that the server asks to be left alone; 0 where it does not, or not understandably."""
    stated = reply.headers.get("retry-after", "").strip()
    if stated.isascii() and stated.isdigit():
        return float(stated[:9])
    try:
        moment = parsedate_to_datetime(stated)
    except (ValueError, TypeError, IndexError, OverflowError):
        return 0.0
    return max(0.0, moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() - time.time())
