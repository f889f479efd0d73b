"""Chroma is damaged in every way that was seen, and made whole from the cache of embeddings."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ingest.doctor import Kind, examine, repair
from ingest.embedding.hashing import HashingEmbedder
from ingest.index import VectorIndex, open_index
from tests.fakes.embedding_endpoint import DIMENSIONS
from tests.fakes.patient import QUESTIONS, Patient


def _garble(path: Path) -> None:
    size = path.stat().st_size
    path.write_bytes(np.random.default_rng(5).bytes(size))


def _halve(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _zero(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def _empty(path: Path) -> None:
    os.truncate(path, 0)


def _aside(patient: Patient) -> list[Path]:
    return list(patient.data.glob("chroma.damaged-*"))


def test_a_healthy_index_has_nothing_wrong_and_nothing_to_mend(patient: Patient) -> None:
    assert patient.examine() == []
    assert patient.mend() == []
    assert not _aside(patient)


def test_a_deleted_folder_is_made_anew(patient: Patient) -> None:
    shutil.rmtree(patient.data / "chroma")
    assert patient.kinds() == {Kind.COLLECTION_MISSING}
    assert not (patient.data / "chroma").exists()  # looking makes nothing
    assert [m.kind for m in patient.mend()] == [Kind.COLLECTION_MISSING, Kind.VECTORS_MISSING]
    patient.must_find_as_before()


@pytest.mark.parametrize("damage", [_halve, _empty, _garble])
def test_a_damaged_database_is_moved_aside_and_made_anew(patient: Patient, damage: Callable[[Path], None]) -> None:
    file = patient.data / "chroma" / "chroma.sqlite3"
    damage(file)
    damaged = file.read_bytes()
    assert patient.kinds() == {Kind.CHROMA_DAMAGED}
    assert file.read_bytes() == damaged
    patient.mend()
    assert [one.joinpath("chroma.sqlite3").stat().st_size for one in _aside(patient)] == [len(damaged)]
    patient.must_find_as_before()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("data_level0.bin", _garble),  # a search ends the process
        ("data_level0.bin", _zero),
        ("data_level0.bin", _halve),
        ("link_lists.bin", _zero),  # a search ends the process
        ("length.bin", _garble),
        ("header.bin", _garble),
        ("index_metadata.pickle", _garble),
        ("index_metadata.pickle", Path.unlink),
    ],
)
def test_a_damaged_graph_is_made_anew(large_patient: Patient, name: str, damage: Callable[[Path], None]) -> None:
    files = list((large_patient.data / "chroma").glob(f"*/{name}"))
    assert len(files) == 1
    damage(files[0])
    found = [
        f for f in large_patient.examine() if f.kind in {Kind.CHROMA_DAMAGED, Kind.VECTORS_DIFFER, Kind.GRAPH_DAMAGED}
    ]
    assert found
    assert all(f.repairable for f in found)
    assert large_patient.mend()
    large_patient.must_find_as_before()


def test_a_dropped_collection_is_made_anew(patient: Patient) -> None:
    patient.chroma(VectorIndex.delete)
    assert patient.kinds() == {Kind.COLLECTION_MISSING}
    patient.mend()
    patient.must_find_as_before()
    assert not _aside(patient)


def test_vectors_that_are_missing_are_written_again(patient: Patient) -> None:
    lost = patient.ids(50)
    patient.chroma(lambda vectors: vectors.drop(lost))
    (found,) = patient.examine()
    assert (found.kind, found.count, found.example) == (Kind.VECTORS_MISSING, 50, lost[0])
    assert [(m.kind, m.count) for m in patient.mend()] == [(Kind.VECTORS_MISSING, 50)]
    patient.must_find_as_before()


@pytest.mark.parametrize("count", [30, 150])  # written over in place, most of them are not found any more
def test_vectors_that_were_edited_are_written_again(patient: Patient, count: int) -> None:
    edited = patient.ids(count)
    wrong = HashingEmbedder(DIMENSIONS).passages(["nonsense"] * count)
    patient.chroma(lambda vectors: vectors.put(edited, wrong, ["a"] * count))
    (found,) = patient.examine()
    assert (found.kind, found.count, found.example) == (Kind.VECTORS_DIFFER, count, edited[0])
    patient.mend()
    patient.must_find_as_before()


def test_vectors_of_no_chunk_are_taken_out(patient: Patient) -> None:
    nearest = HashingEmbedder(DIMENSIONS).passages([QUESTIONS[0]])
    patient.chroma(lambda vectors: vectors.put(["nobody:1:0"], nearest, ["nobody"]))
    (found,) = patient.examine()
    assert (found.kind, found.count, found.example) == (Kind.VECTORS_ORPHANED, 1, "nobody:1:0")
    patient.mend()
    patient.must_find_as_before()


def test_vectors_of_other_dimensions_are_replaced(patient: Patient) -> None:
    def other(vectors: VectorIndex) -> None:
        vectors.delete()
        vectors.put(["x"], np.ones((1, 8), np.float32), ["x"])
        vectors.put(patient.ids(1), np.ones((1, 8), np.float32), ["x"])

    patient.chroma(other)
    (found,) = patient.examine()
    assert found.kind == Kind.DIMENSIONS_DIFFER
    assert "8 dimensions" in found.sentence
    patient.mend()
    patient.must_find_as_before()


def test_the_process_that_has_the_folder_open_goes_on_after_repair(patient: Patient) -> None:
    index = open_index(patient.settings)
    vectors = index.vectors
    assert vectors is not None
    question = HashingEmbedder(DIMENSIONS).question(QUESTIONS[0])
    before = vectors.nearest(question, 3)
    shutil.rmtree(patient.data / "chroma")
    assert [f.kind for f in examine(patient.settings, index)] == [Kind.COLLECTION_MISSING]
    repair(patient.settings, index)
    assert examine(patient.settings, index) == []
    assert [round(h.cosine, 3) for h in vectors.nearest(question, 3)] == [round(h.cosine, 3) for h in before]
    assert (patient.data / "chroma" / "chroma.sqlite3").exists()
    index.catalogue.close()


def test_a_kept_build_is_mended_too(patient: Patient) -> None:
    from ingest.build import Builder
    from ingest.settings import ChunkSettings

    smaller = patient.settings.model_copy(update={"chunk": ChunkSettings(size=2000)})
    index = open_index(smaller)
    Builder(index, smaller).build()
    Builder(index, smaller).flip()
    assert index.vectors is not None
    index.vectors.close()
    index.catalogue.close()
    patient.endpoint.reset()
    shutil.rmtree(patient.data / "chroma")
    assert [(f.kind, f.generation) for f in patient.examine()] == [
        (Kind.COLLECTION_MISSING, 1),
        (Kind.COLLECTION_MISSING, 2),
    ]
    patient.mend()
    assert Builder(open_index(smaller), smaller).rollback().id == 1
    patient.must_find_as_before()
    assert not patient.endpoint.asked
