"""The cache of embeddings is damaged; Chroma has what it lost, or the chunk has to be embedded again."""

from __future__ import annotations

import shutil
import sqlite3

import numpy as np
import pytest

from ingest.doctor import Kind
from ingest.index import open_index
from ingest.job import Job
from tests.fakes.embedding_endpoint import DIMENSIONS
from tests.fakes.patient import Patient


def _cache(patient: Patient) -> dict[str, np.ndarray]:
    connection = sqlite3.connect(patient.data / "catalogue.db")
    found = {k: np.frombuffer(v, np.float32) for k, v in connection.execute("SELECT key, vector FROM embeddings")}
    connection.close()
    return found


def test_a_cache_that_lost_rows_is_filled_from_chroma(patient: Patient) -> None:
    before = _cache(patient)
    lost = patient.sql("DELETE FROM embeddings WHERE rowid % 3 = 0")
    (found,) = patient.examine()
    assert (found.kind, found.count) == (Kind.VECTORS_UNCACHED, lost)
    assert [(m.kind, m.count) for m in patient.mend()] == [(Kind.VECTORS_UNCACHED, lost)]
    after = _cache(patient)
    assert after.keys() == before.keys()
    assert all(np.allclose(after[key], before[key], atol=1e-5) for key in before)
    patient.must_find_as_before()


@pytest.mark.parametrize(
    "vector",
    [
        np.full(DIMENSIONS, np.nan, np.float32).tobytes(),
        np.zeros(DIMENSIONS, np.float32).tobytes(),
        np.ones(8, np.float32).tobytes(),
        b"odd",
    ],
    ids=["not numbers", "zero", "too few numbers", "half a number"],
)
def test_unsound_embeddings_are_thrown_away_and_copied_from_chroma(patient: Patient, vector: bytes) -> None:
    before = _cache(patient)
    spoilt = patient.sql("UPDATE embeddings SET vector = ? WHERE rowid % 12 = 0", vector)
    assert spoilt > 10
    unsound, uncached = patient.examine()
    assert (unsound.kind, unsound.count) == (Kind.EMBEDDINGS_UNSOUND, spoilt)
    assert (uncached.kind, uncached.count) == (Kind.VECTORS_UNCACHED, spoilt)
    patient.mend()
    after = _cache(patient)
    assert all(np.allclose(after[key], before[key], atol=1e-5) for key in before)
    patient.must_find_as_before()


def test_what_both_lost_is_said_to_need_embedding_and_waits_for_it(patient: Patient) -> None:
    gone = patient.ids(7)
    for one in gone:
        patient.sql("DELETE FROM embeddings WHERE key = (SELECT embedding_key FROM chunks WHERE id = ?)", one)
    patient.chroma(lambda vectors: vectors.drop(gone))
    (found,) = patient.examine()
    assert (found.kind, found.count) == (Kind.VECTORS_LOST, 7)
    assert "embedded again by the next `footnote ingest`" in found.sentence
    (mended,) = patient.mend()
    assert (mended.kind, mended.count) == (Kind.VECTORS_LOST, 7)
    index = open_index(patient.settings)
    assert index.catalogue.count_waiting() == 7
    assert Job(index, patient.settings).catch_up().waiting == 0
    assert sum(patient.endpoint.asked.values()) == 7
    assert index.vectors is not None
    index.vectors.close()
    assert patient.examine() == []
    patient.must_find_as_before()


def test_a_lost_folder_and_half_the_cache_lose_only_what_neither_has(patient: Patient) -> None:
    lost = patient.sql("DELETE FROM embeddings WHERE rowid % 2 = 0")
    shutil.rmtree(patient.data / "chroma")
    assert patient.kinds() == {Kind.COLLECTION_MISSING}
    done = {m.kind: m.count for m in patient.mend()}
    assert done[Kind.VECTORS_LOST] == lost
    assert len(patient.ids(5000, "state = 'new'")) == lost
