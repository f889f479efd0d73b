"""Compressed bodies."""

from __future__ import annotations

import gzip
import zlib

import brotli
import pytest

from ingest.sources.web.unpack import BadEncoding, unpacker_for

TEXT = b"Travel is approved by the head of department. " * 5000


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


PACKED = [
    ("", TEXT),
    ("identity", TEXT),
    ("gzip", gzip.compress(TEXT)),
    ("X-GZip", gzip.compress(TEXT[:1000]) + gzip.compress(TEXT[1000:]) + b"\0\0"),
    ("deflate", zlib.compress(TEXT)),
    ("deflate", raw_deflate(TEXT)),
    ("br", brotli.compress(TEXT)),
]


@pytest.mark.parametrize("step", [1, 7, 100_000])
@pytest.mark.parametrize(("encoding", "packed"), PACKED, ids=range(len(PACKED)))
def test_a_body_is_the_same_however_it_is_packed_and_cut(encoding: str, packed: bytes, step: int) -> None:
    unpacker = unpacker_for(encoding)
    assert unpacker is not None
    step = max(step, len(packed) // 3000)
    got = [piece for at in range(0, len(packed), step) for piece in unpacker.feed(packed[at : at + step])]
    unpacker.finish()
    assert b"".join(got) == TEXT


@pytest.mark.parametrize(("encoding", "packed"), [p for p in PACKED if p[0] in ("gzip", "deflate", "br")], ids=range(4))
def test_a_body_that_breaks_off_is_noticed(encoding: str, packed: bytes) -> None:
    unpacker = unpacker_for(encoding)
    assert unpacker is not None
    list(unpacker.feed(packed[: len(packed) // 2]))
    with pytest.raises(BadEncoding):
        unpacker.finish()


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br"])
def test_a_body_in_another_encoding_is_noticed(encoding: str) -> None:
    unpacker = unpacker_for(encoding)
    assert unpacker is not None
    with pytest.raises(BadEncoding):
        list(unpacker.feed(b"<html>" * 100))


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, brotli.compress])
def test_a_bomb_comes_in_small_pieces(pack: object) -> None:
    encoding = {gzip.compress: "gzip", zlib.compress: "deflate", brotli.compress: "br"}[pack]
    unpacker = unpacker_for(encoding)
    assert unpacker is not None
    pieces = unpacker.feed(pack(bytes(8_000_000)))  # type: ignore[operator]
    assert max(len(next(pieces)) for _ in range(20)) <= 200_000


@pytest.mark.parametrize("encoding", ["zstd", "gzip, br", "gzip,gzip"])
def test_unknown_encodings_and_several_at_once_are_not_undone(encoding: str) -> None:
    assert unpacker_for(encoding) is None
