"""Bounds what comes before the body of a request: uvicorn would gather headers for as long as they come."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_REFUSED = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"Content-Type: application/problem+json\r\nConnection: close\r\n\r\n"
    b'{"type":"urn:footnote:problem:headers-too-large","title":"Headers too large","status":431,'
    b'"detail":"The headers of the request are too large: send fewer and shorter ones."}'
)


class BoundedHeads(HttpToolsProtocol):
    """Refuses headers of more than `most` bytes, and those that take longer than `seconds`.

    What is too long by less the application refuses in its own words, with a request id.
    """

    most, seconds = 1_000_000, 60.0
    _in_head, _read = True, 0
    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """See `asyncio.Protocol`."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """See `asyncio.Protocol`."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        super().data_received(data)
        if self._in_head:
            self._read += len(data)
            if self._read > self.most:
                self._refuse()

    def on_message_begin(self) -> None:
        """See `HttpToolsProtocol`."""
        self._in_head, self._read = True, 0
        self._wait()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """See `HttpToolsProtocol`."""
        self._in_head = False
        self._stop_waiting()
        super().on_headers_complete()

    def _wait(self) -> None:
        self._stop_waiting()
        self._late = asyncio.get_running_loop().call_later(self.seconds, self._refuse)

    def _stop_waiting(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _refuse(self) -> None:
        self._stop_waiting()
        if not self.transport.is_closing():
            if self._read and (self.cycle is None or self.cycle.response_complete):
                self.transport.write(_REFUSED)
            self.transport.close()
