"""Bad keys and tokens: told in the log without their secret, and put off where they come in numbers."""

from __future__ import annotations

import logging
import time

from service.errors import NotAllowed, TooManyRequests

_log = logging.getLogger(__name__)
_SPAN = 60.0
_MOST_ADDRESSES = 10_000


class Failures:
    """Counts what one address got wrong within a minute.

    Good credentials always pass: behind a proxy or a gateway one address is many people, and nobody shall be able to
    lock the others out. 256 random bits need no such lock; this keeps the log and the processor free.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._since: dict[str, tuple[float, int]] = {}

    def refuse(self, error: NotAllowed, client: str | None) -> NotAllowed | TooManyRequests:
        """What to answer instead of `error`, which was told to `client` now."""
        at, address = time.monotonic(), client or "unknown"
        began, count = self._since.get(address, (at, 0))
        if at - began >= _SPAN:
            began, count = at, 0
        if len(self._since) >= _MOST_ADDRESSES and address not in self._since:
            self._since = {a: seen for a, seen in self._since.items() if at - seen[0] < _SPAN}
            if len(self._since) >= _MOST_ADDRESSES:
                self._since.clear()
        self._since[address] = (began, count + 1)
        if count < self._most:
            _log.warning("Refused a request from %s. %s", address, error)
            return error
        if count == self._most:
            _log.warning("%s sent %s bad keys or tokens within a minute; more are not told here.", address, count + 1)
        return TooManyRequests(
            "Too many requests with a bad key or token came from this address. Mend it, then try again.",
            retry_after=max(1, round(began + _SPAN - at)),
        )
