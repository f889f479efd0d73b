"""One HTTP exchange: a request, and its answer's body unpacked into a file within a limit."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

import certifi
import httpcore

from ingest.errors import PermanentError, TransientError
from ingest.sources.web.address import Address
from ingest.sources.web.network import Deadline, GuardedNetwork, HostUnknown, Resolver
from ingest.sources.web.unpack import BadEncoding, Unpacker, unpacker_for

_WITH_BODY = (200, 203)


class Unanswered(TransientError):
    """The server gave no whole answer: worth trying again at once."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer's status and headers, names in lower case; of repeated headers the last counts."""

    status: int
    headers: Mapping[str, str]


def trusted() -> ssl.SSLContext:
    """Certificates are checked against those this machine trusts (or SSL_CERT_FILE names) and the public ones."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


class Wire:
    """Sends single requests, each over a connection of its own: at the pace of one a second that costs little."""

    def __init__(
        self,
        *,
        resolver: Resolver,
        network: httpcore.NetworkBackend,
        tls: ssl.SSLContext,
        allow_private: bool,
        timeout: float,
    ) -> None:
        self._resolver, self._network, self._tls = resolver, network, tls
        self._allow_private, self._timeout = allow_private, timeout

    def get(
        self, address: Address, headers: Mapping[str, str], body: BinaryIO, limit: int, *, cut: bool = False
    ) -> Reply:
        """Ask for `address`; the body of a 200 is written into `body`, at most `limit` bytes of it.

        Raises:
            AddressRefused: the host is at an address that may not be connected to.
            PermanentError: the body is larger than `limit` (unless `cut`, which keeps its beginning), or unreadable.
            Unanswered: there was no whole answer in time.
        """
        deadline = Deadline.after(self._timeout)
        network = GuardedNetwork(self._resolver, self._network, self._allow_private, deadline)
        with self._failures(address), httpcore.ConnectionPool(self._tls, network_backend=network) as pool:
            request = httpcore.URL(
                scheme=address.scheme, host=address.host, port=address.port, target=address.target.encode("ascii")
            )
            lines = [("Host", address.authority), ("Connection", "close"), *headers.items()]
            with pool.stream("GET", request, headers=lines) as response:
                reply = Reply(response.status, {_text(k).lower(): _text(v) for k, v in response.headers})
                if reply.status in _WITH_BODY:
                    _receive(address, response.iter_stream(), _unpacker(address, reply), body, limit, cut)
                return reply

    @contextmanager
    def _failures(self, address: Address) -> Iterator[None]:
        try:
            yield
        except HostUnknown:
            raise Unanswered(
                f"{address.url} cannot be read: the name service has no address for {address.host}. Check its spelling."
            ) from None
        except httpcore.TimeoutException:
            raise Unanswered(
                f"{address.url} was not read within {self._timeout:g} seconds. Try again later, or raise "
                "FOOTNOTE_WEB__TIMEOUT."
            ) from None
        except httpcore.ConnectError as error:
            if isinstance(error.__context__, ssl.SSLError):
                raise _untrusted(address, error.__context__) from None
            raise Unanswered(
                f"{address.url} cannot be read: {address.host} takes no connection. Try again later."
            ) from None
        except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError):
            raise Unanswered(
                f"{address.url} cannot be read: the server broke off or answered something that is not HTTP. "
                "Try again later."
            ) from None


def _receive(
    address: Address, pieces: Iterator[bytes], unpacker: Unpacker, body: BinaryIO, limit: int, cut: bool
) -> None:
    taken = given = 0
    try:
        for packed in pieces:
            taken += len(packed)
            for piece in unpacker.feed(packed):
                body.write(piece[: max(0, limit - given)])
                given += len(piece)
                if given > limit:
                    break
            # A packed body longer than the limit cannot be shorter unpacked, unless to keep its reader busy.
            if max(given, taken) > limit:
                if cut:
                    return
                raise PermanentError(
                    f"{address.url} has more than {limit / 1e6:g} MB: that is too large to be read. Split it, or "
                    "raise FOOTNOTE_WEB__MAX_BYTES."
                )
        if taken:
            unpacker.finish()
    except BadEncoding:
        raise Unanswered(
            f"{address.url} cannot be read: its compressed body is damaged or incomplete. Try again later."
        ) from None


def _unpacker(address: Address, reply: Reply) -> Unpacker:
    stated = reply.headers.get("content-encoding", "")
    unpacker = unpacker_for(stated)
    if unpacker is None:
        shown = re.sub(r"[^\w, .-]", "", stated)[:40]
        raise PermanentError(f"{address.url} cannot be read: its server compresses it as “{shown}”, unasked.")
    return unpacker


def _untrusted(address: Address, error: ssl.SSLError) -> PermanentError | Unanswered:
    if isinstance(error, ssl.SSLCertVerificationError):
        return PermanentError(
            f"{address.url} was not read: the certificate of {address.host} cannot be trusted. If it comes from a "
            "certificate authority of your own, name its file in SSL_CERT_FILE."
        )
    return Unanswered(f"{address.url} cannot be read: no secure connection to {address.host}. Try again later.")


def _text(header: bytes) -> str:
    try:
        return header.decode("utf-8")
    except UnicodeDecodeError:
        return header.decode("latin-1")
