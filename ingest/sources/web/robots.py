"""What a site allows robots to read, by RFC 9309.

urllib.robotparser reads `*` and `$` in paths as letters and lets the first rule win, not the longest; protego does not.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass

from protego import Protego

from ingest.errors import FootnoteError, PermanentError, TransientError
from ingest.sources.web.address import Address
from ingest.sources.web.errors import AddressRefused, PageRefused
from ingest.sources.web.pacing import Clock

MAX_BYTES = 500 * 1024
_FRESH = 24 * 3600.0
_FRESH_FAILURE = 600.0
_LONGEST_DELAY = 30.0
_AGENT = re.compile(r"^[ \t\ufeff]*user[ -]?agent\b[ \t]*:?[ \t]*([^\s#/]*).*$", re.I | re.M)


@dataclass(frozen=True, slots=True)
class _Rules:
    until: float
    rules: Protego | None = None
    failure: FootnoteError | None = None


class Robots:
    """The robots.txt of every site asked so far, each loaded once a day. Safe to share between threads.

    `load` gives the bytes of a site's robots.txt, or None where it has none; it raises what keeps it from knowing.
    """

    def __init__(self, load: Callable[[Address], bytes | None], product: str, clock: Clock) -> None:
        self._load, self._product, self._clock = load, product.lower(), clock
        self._known: dict[str, _Rules] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def check(self, page: Address) -> None:
        """Return if the page may be read.

        Raises:
            PageRefused: the site disallows it.
            TransientError: the site's rules cannot be read now, which forbids everything for now.
            PermanentError: they can never be read, because the site may not be connected to.
        """
        found = self._rules(page)
        if found.failure is not None:
            raise _about(page, found.failure)
        if found.rules is not None and not found.rules.can_fetch(page.url, self._product):
            raise PageRefused(
                f"{page.url} may not be read: {page.origin}/robots.txt disallows it for {self._product}. "
                "Ask the site to allow it, or take the page out of the source."
            )

    def delay(self, page: Address) -> float:
        """Seconds between requests that the site asks for, up to half a minute; 0 where it asks for none."""
        rules = self._rules(page).rules
        return min(_LONGEST_DELAY, (rules.crawl_delay(self._product) if rules else None) or 0.0)

    def _rules(self, page: Address) -> _Rules:
        with self._lock:
            lock = self._locks.setdefault(page.origin, threading.Lock())
        with lock:
            known = self._known.get(page.origin)
            if known is None or known.until <= self._clock.now():
                known = self._known[page.origin] = self._loaded(page)
            return known

    def _loaded(self, page: Address) -> _Rules:
        try:
            data = self._load(Address(page.scheme, page.host, page.port, "/robots.txt"))
        except FootnoteError as failure:
            return _Rules(self._clock.now() + _FRESH_FAILURE, failure=failure)
        rules = None if data is None else Protego.parse(_ours(data, self._product))
        return _Rules(self._clock.now() + _FRESH, rules)


def _ours(data: bytes, product: str) -> str:
    """The text with all other robots under one name: thousands of names times thousands of rules fill any memory."""
    if len(data) >= MAX_BYTES:
        data = data[:MAX_BYTES].rpartition(b"\n")[0]

    def agent(line: re.Match[str]) -> str:
        name = line[1].lower()
        return f"User-agent: {name if name in (product, '*') else 'another'}"

    text = "\n".join(data.decode("utf-8-sig", "replace").splitlines())
    return _AGENT.sub(agent, text)


def _about(page: Address, failure: FootnoteError) -> FootnoteError:
    if isinstance(failure, AddressRefused):
        return AddressRefused(f"{page.url} was not read. {failure}")
    kind = PermanentError if isinstance(failure, PermanentError) else TransientError
    return kind(f"{page.url} was not read, because the rules of its site could not be. {failure}")
