"""A cross-encoder from a folder: read as it is, or refused with the setting and what is wrong."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from ingest.errors import SettingsError
from service.models.cross_encoder import CrossEncoder, cross_encoder
from tests.fakes.cross_encoder import write_cross_encoder

TEXTS = ["the ferry sails at nine", "渡轮九点开船"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_cross_encoder(tmp_path / "model", TEXTS, (1.0, -2.0), (0.0, 0.5), labels=("yes", "no"))


def test_each_pair_gets_a_number_a_label(folder: Path) -> None:
    model = CrossEncoder(folder, 2, "SETTING")
    assert model.labels == ["yes", "no"]
    made = model.logits([("the ferry", "the ferry sails"), ("渡轮", "九点开船"), ("nine", "")], 5)
    np.testing.assert_allclose(made, [[2, -3.5], [0, 0.5], [0, 0.5]])
    assert model.logits([], 5).shape == (0, 2)


def test_half_a_surrogate_pair_is_read(folder: Path) -> None:
    assert CrossEncoder(folder, 1, "SETTING").logits([("ferry \ud800", "ferry")], 5)[0, 0] == 1


def test_a_text_that_is_too_long_is_cut(tmp_path: Path) -> None:
    folder = write_cross_encoder(tmp_path, TEXTS, longest=10)
    model = CrossEncoder(folder, 1, "SETTING")
    assert model.logits([("ferry", "sails " * 8 + "ferry")], 5)[0, 0] == -3
    assert model.logits([("ferry", "sails " * 3 + "ferry")], 5)[0, 0] == -2


def test_a_model_in_the_folder_that_exporters_use_is_found(folder: Path) -> None:
    (folder / "onnx").mkdir()
    shutil.move(folder / "model.onnx", folder / "onnx/model.onnx")
    assert CrossEncoder(folder, 1, "SETTING").labels == ["yes", "no"]


def test_a_model_without_token_types_runs(tmp_path: Path) -> None:
    folder = write_cross_encoder(tmp_path, TEXTS, inputs=("input_ids", "attention_mask"))
    assert CrossEncoder(folder, 1, "SETTING").logits([("ferry", "ferry")], 5).shape == (1, 1)


def test_it_does_not_take_longer_than_told(folder: Path) -> None:
    model = CrossEncoder(folder, 1, "SETTING")
    with pytest.raises(TimeoutError):
        model.logits([("ferry " * 500, "sails " * 500)] * 3000, 0.01)


def test_what_is_not_finite_is_an_error(tmp_path: Path) -> None:
    folder = write_cross_encoder(tmp_path, TEXTS, biases=(float("nan"),))
    with pytest.raises(ValueError, match="not a finite number"):
        CrossEncoder(folder, 1, "SETTING").logits([("ferry", "ferry")], 5)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_a_file_that_is_missing_or_damaged_is_said(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"\x08\x08 damaged")
    with pytest.raises(
        SettingsError, match=r"^SETTING: the folder .*model cannot be loaded \(\w+\): check its files\.$"
    ):
        CrossEncoder(folder, 1, "SETTING")
    (folder / name).unlink()
    with pytest.raises(SettingsError, match=f"^SETTING: the folder .*model has no file {name}\\.$"):
        CrossEncoder(folder, 1, "SETTING")


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nowhere has no file model\.onnx"):
        cross_encoder(tmp_path / "nowhere", 1, "SETTING")


@pytest.mark.parametrize(
    ("inputs", "error"),
    [
        (("input_ids", "pixel_values"), "wants an input 'pixel_values'"),
        (("attention_mask", "input_ids"), ""),
    ],
)
def test_a_model_of_another_kind_is_refused(tmp_path: Path, inputs: tuple[str, str], error: str) -> None:
    folder = write_cross_encoder(tmp_path, TEXTS, inputs=inputs)
    if error:
        with pytest.raises(SettingsError, match=error):
            CrossEncoder(folder, 1, "SETTING")
    else:
        assert CrossEncoder(folder, 1, "SETTING").labels == [""]


def test_a_model_is_loaded_again_only_when_its_file_changes(folder: Path) -> None:
    first = cross_encoder(folder, 1, "SETTING")
    assert cross_encoder(folder, 1, "SETTING") is first
    write_cross_encoder(folder, TEXTS, (1.0, -1.0), (0.0, 0.0), labels=("a", "b"))
    assert cross_encoder(folder, 1, "SETTING").labels == ["a", "b"]
