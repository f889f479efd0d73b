"""Content-Encoding undone piece by piece, so that a small body cannot become a huge one unnoticed."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Protocol

import brotli  # type: ignore[import-untyped]

_PIECE = 65_536
_GZIP = b"\x1f"


class BadEncoding(Exception):
    """The body is not in the encoding it is said to be in, or ends in its middle."""


class Unpacker(Protocol):
    """One encoding."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The next pieces of the body, none much larger than 64 KiB; BadEncoding where it is in another encoding."""
        ...

    def finish(self) -> None:
        """Called at the end of the body; BadEncoding where it is incomplete."""
        ...


def unpacker_for(encodings: str) -> Unpacker | None:
    """What undoes a Content-Encoding header, or None where it names something unknown or several layers."""
    names = [name for part in encodings.lower().split(",") if (name := part.strip()) not in ("", "identity")]
    if not names:
        return _Plain()
    if len(names) > 1:
        return None
    if names[0] in ("gzip", "x-gzip"):
        return _Zlib(zlib.MAX_WBITS | 16)
    if names[0] == "deflate":
        return _Zlib(None)
    return _Brotli() if names[0] == "br" else None


class _Plain:
    def feed(self, data: bytes) -> Iterator[bytes]:
        yield data

    def finish(self) -> None:
        pass


class _Zlib:
    """gzip (also several members in a row), or deflate with and, as some servers send it, without its header."""

    def __init__(self, bits: int | None) -> None:
        self._bits = bits
        self._inflate = zlib.decompressobj(bits) if bits else None
        self._head = b""
        self._done = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        if self._inflate is None:
            self._head += data
            if len(self._head) < 2:
                return
            data, zlib_header = self._head, int.from_bytes(self._head[:2], "big") % 31 == 0
            self._inflate = zlib.decompressobj(zlib.MAX_WBITS if zlib_header else -zlib.MAX_WBITS)
        inflate = self._inflate
        while not self._done:
            if inflate.eof:
                if not data:
                    return
                if self._bits is None or not data.startswith(_GZIP):
                    self._done = True  # padding
                    return
                inflate = self._inflate = zlib.decompressobj(self._bits)
            try:
                piece = inflate.decompress(data, _PIECE)
            except zlib.error:
                raise BadEncoding from None
            if piece:
                yield piece
            data = inflate.unused_data if inflate.eof else inflate.unconsumed_tail
            if not data and len(piece) < _PIECE:
                return

    def finish(self) -> None:
        if not self._done and (self._inflate is None or not self._inflate.eof):
            raise BadEncoding


class _Brotli:
    def __init__(self) -> None:
        self._brotli = brotli.Decompressor()

    def feed(self, data: bytes) -> Iterator[bytes]:
        try:
            while not self._brotli.is_finished():
                piece = self._brotli.process(data, output_buffer_limit=_PIECE)
                data = b""
                if piece:
                    yield piece
                elif self._brotli.can_accept_more_data():
                    return
        except brotli.error:
            raise BadEncoding from None

    def finish(self) -> None:
        if not self._brotli.is_finished():
            raise BadEncoding
