"""Documents from the web: every hop is checked, paced, and tried again where that helps."""

from __future__ import annotations

import io
import random
import ssl
import threading
from collections.abc import Callable
from typing import BinaryIO

import httpcore
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt

from ingest.errors import TransientError
from ingest.settings import WebSettings
from ingest.sources.web import answers, robots
from ingest.sources.web.address import Address, check, parse
from ingest.sources.web.errors import AddressRefused, PageGone, PageRefused, RedirectsEndless
from ingest.sources.web.media import ACCEPT
from ingest.sources.web.network import Resolver, SystemResolver
from ingest.sources.web.pacing import Clock, Pacer, SystemClock
from ingest.sources.web.response import Fetched, NotModified, Response, Validators, response_of
from ingest.sources.web.wire import Reply, Unanswered, Wire, trusted

_ATTEMPTS = 3
_LONGEST_PAUSE = 120.0
_UNANSWERED_IN_A_ROW = 15
_REST = 600.0


class Fetcher:
    """Reads documents from the web, politely. Safe to share between threads; one for all sources of a run."""

    def __init__(
        self,
        settings: WebSettings,
        *,
        resolver: Resolver | None = None,
        network: httpcore.NetworkBackend | None = None,
        clock: Clock | None = None,
        tls: ssl.SSLContext | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.settings = settings
        self._clock, self._jitter = clock or SystemClock(), jitter
        self._wire = Wire(
            resolver=resolver or SystemResolver(),
            network=network or httpcore.SyncBackend(),
            tls=tls or trusted(),
            allow_private=settings.allow_private_addresses,
            timeout=settings.timeout,
        )
        self._pacer = Pacer(self._clock, settings.pace)
        self._robots = robots.Robots(self._robots_txt, settings.product, self._clock)
        self._unanswered: dict[str, int] = {}
        self._lock = threading.Lock()

    def fetch(self, url: str, known: Validators | None = None) -> Fetched | NotModified:
        """The document at `url`, or the word that it is still the `known` one.

        Raises:
            PermanentError: it can never be read as it is; PageGone where the server has no such page.
            TransientError: it could not be read now.
        """
        body = io.BytesIO()
        address, reply = self._follow(parse(url), body, self.settings.max_bytes, known)
        return (
            NotModified(address.url) if reply.status == 304 else Fetched(body.getvalue(), response_of(address, reply))
        )

    def download(self, url: str, file: BinaryIO, max_bytes: int) -> Response:
        """Write the document at `url` into `file`, which is emptied before; the memory it takes is constant.

        Raises:
            PermanentError, TransientError: as `fetch`.
        """
        return response_of(*self._follow(parse(url), file, max_bytes, None))

    def _follow(
        self, address: Address, body: BinaryIO, limit: int, known: Validators | None, *, rules: bool = True
    ) -> tuple[Address, Reply]:
        """Follow redirects; `rules=False` is for robots.txt itself, of which the beginning is enough."""
        seen: list[str] = []
        while True:
            self._admit(address, rules, seen)
            sent = known if known is not None and known.url == address.url else None
            reply = self._tried(address, body, limit, sent, cut=not rules)
            following = answers.redirect(address, reply)
            if following is None:
                return address, reply
            seen.append(address.url)
            if following.url in seen:
                raise RedirectsEndless(
                    f"{seen[0]} redirects in a circle by way of {following.url}: mend it, or take it out of the source."
                )
            if len(seen) > self.settings.max_redirects:
                raise RedirectsEndless(
                    f"{seen[0]} redirects more than {self.settings.max_redirects} times: name the page it leads to, or "
                    "raise FOOTNOTE_WEB__MAX_REDIRECTS."
                )
            address = following

    def _admit(self, address: Address, rules: bool, seen: list[str]) -> None:
        """Each hop is looked at as if it had been asked for."""
        try:
            check(address, self.settings.allow_private_addresses)
        except AddressRefused as refused:
            raise AddressRefused(
                f"{seen[0]} redirects to where nothing is read. {refused}" if seen else str(refused)
            ) from None
        if rules:
            self._robots.check(address)
            self._pacer.slow_down(address.host, self._robots.delay(address))

    def _tried(self, address: Address, body: BinaryIO, limit: int, known: Validators | None, *, cut: bool) -> Reply:
        headers = {"User-Agent": self.settings.user_agent, "Accept": ACCEPT, "Accept-Encoding": "gzip, deflate, br"}
        if known and known.etag:
            headers["If-None-Match"] = known.etag
        if known and known.last_modified:
            headers["If-Modified-Since"] = known.last_modified

        def once() -> Reply:
            self._approach(address)
            body.seek(0)
            body.truncate()
            try:
                reply = self._wire.get(address, headers, body, limit, cut=cut)
            except Unanswered:
                self._count_unanswered(address.host)
                raise
            with self._lock:
                self._unanswered.pop(address.host, None)
            failure = answers.failure(address, reply, conditional=known is not None)
            if failure is not None:
                if reply.status in (429, 503) and (pause := answers.retry_after(reply)):
                    self._pacer.hold(address.host, pause)
                raise failure
            return reply

        return Retrying(
            retry=retry_if_exception_type(Unanswered),
            stop=stop_after_attempt(_ATTEMPTS),
            wait=self._pause,
            sleep=self._clock.sleep,
            reraise=True,
        )(once)

    def _approach(self, address: Address) -> None:
        """Wait for this host's turn, unless it wants to be left alone for longer than anybody would wait."""
        held = self._pacer.held(address.host)
        if held > _LONGEST_PAUSE:
            raise TransientError(
                f"{address.url} was not read: {address.host} is to be left alone for another {held / 60:.0f} minutes. "
                "Try again then."
            )
        self._pacer.wait(address.host)

    def _pause(self, state: RetryCallState) -> float:
        """Half a second, then twice as long each time, and up to as much again by chance."""
        return 0.5 * 2.0 ** (state.attempt_number - 1) * (1 + self._jitter())

    def _count_unanswered(self, host: str) -> None:
        """A host that is down must not cost the whole time limit for every one of its pages."""
        with self._lock:
            count = self._unanswered[host] = self._unanswered.get(host, 0) + 1
            if count >= _UNANSWERED_IN_A_ROW:
                self._pacer.hold(host, _REST)
                del self._unanswered[host]

    def _robots_txt(self, address: Address) -> bytes | None:
        body = io.BytesIO()
        try:
            self._follow(address, body, robots.MAX_BYTES, None, rules=False)
        except (PageGone, PageRefused, RedirectsEndless):
            return None
        return body.getvalue()
