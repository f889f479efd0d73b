"""Connections: names resolved once, the address checked that is connected to, one time limit over everything."""

from __future__ import annotations

import queue
import socket
import ssl
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import httpcore

from ingest.sources.web.address import require

_CONNECT = 10.0


class Resolver(Protocol):
    """What knows the addresses of hosts."""

    def resolve(self, host: str, port: int) -> list[str]:
        """The IP addresses of `host`, the preferred first; OSError where it has none."""
        ...


class SystemResolver:
    """The name service of this machine."""

    def resolve(self, host: str, port: int) -> list[str]:
        """As `getaddrinfo` orders them, each once."""
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class HostUnknown(Exception):
    """The name service has no address for a host."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A point in time (of `time.monotonic`) after which every step of a request times out."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """That many seconds from now."""
        return cls(time.monotonic() + seconds)

    def left(self) -> float:
        """Seconds left, above zero.

        Raises:
            httpcore.ReadTimeout: there are none.
        """
        left = self.at - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("out of time")
        return left


class GuardedNetwork(httpcore.NetworkBackend):
    """Connects by name, but only to addresses that are permitted.

    The name is resolved here and the connection made to that very address, so that a name server which
    answers differently the second time changes nothing. TLS still checks the certificate against the name.
    """

    def __init__(
        self, resolver: Resolver, network: httpcore.NetworkBackend, allow_private: bool, deadline: Deadline
    ) -> None:
        self._resolver, self._network = resolver, network
        self._allow_private, self._deadline = allow_private, deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the deadline decides
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to the first permitted address that answers.

        Raises:
            AddressRefused: none of the host's addresses is permitted.
            HostUnknown: the host has no address.
        """
        addresses = require(host, self._addresses(host, port), self._allow_private)
        failure: Exception = httpcore.ConnectError("no address")
        for number, address in enumerate(addresses):
            share = min(_CONNECT, self._deadline.left() / (len(addresses) - number))
            try:
                stream = self._network.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _TimedStream(stream, self._deadline)
        raise failure

    def _addresses(self, host: str, port: int) -> list[str]:
        """Resolved in a thread, because `getaddrinfo` knows no time limit."""
        answer: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()

        def ask() -> None:
            try:
                answer.put(self._resolver.resolve(host, port))
            except UnicodeError as error:
                answer.put(OSError(str(error)))
            except OSError as error:
                answer.put(error)

        threading.Thread(target=ask, name=f"resolve {host}", daemon=True).start()
        try:
            found = answer.get(timeout=self._deadline.left())
        except queue.Empty:
            raise httpcore.ConnectTimeout("the name service did not answer") from None
        if isinstance(found, OSError) or not found:
            raise HostUnknown(host)
        return found


class _TimedStream(httpcore.NetworkStream):
    """A stream whose every step ends with the deadline, however slowly bytes trickle in."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._stream.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._stream.write(buffer, self._deadline.left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left())
        return _TimedStream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
