from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from ingest.embedding import embedder_from
from ingest.embedding.hashing import HashingEmbedder
from ingest.settings import EmbeddingSettings, IngestSettings

TEXTS = ["Managers approve a leave request.", "直播电商的退货率", "", "???", "the the the"]
SCRIPT = f"""
from ingest.embedding.hashing import HashingEmbedder
print(HashingEmbedder(64).passages({TEXTS!r}).tobytes().hex())
"""


@pytest.mark.parametrize("seed", ["0", "1", "4242"])
def test_every_process_gives_the_same_vectors(seed: str) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.run([sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True)
    assert bytes.fromhex(run.stdout.strip()) == HashingEmbedder(64).passages(TEXTS).tobytes()


@pytest.mark.parametrize("dimensions", [1, 3, 64, 384])
def test_every_vector_has_length_one(dimensions: int) -> None:
    made = HashingEmbedder(dimensions).passages([*TEXTS, "a b c d e f g h " * 50])
    assert made.shape == (6, dimensions)
    assert made.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(made, axis=1), 1, atol=1e-5)


def test_shared_words_make_texts_near() -> None:
    made = HashingEmbedder()
    question = made.question("Who approves leave requests?")
    near, far = made.passages([TEXTS[0], "Parcels left the northern depot on Monday."])
    assert question @ near > 0.4 > abs(question @ far)


def test_questions_and_passages_are_one_space() -> None:
    made = HashingEmbedder()
    assert np.array_equal(made.question(TEXTS[1]), made.passages([TEXTS[1]])[0])
    assert made.passages([]).shape == (0, 384)


def test_settings_choose_its_dimensions_and_the_id_names_them() -> None:
    made = embedder_from(IngestSettings(embedding=EmbeddingSettings(provider="hashing", dimensions=32)))  # type: ignore[call-arg]
    assert made is not None
    assert (made.id, made.dimensions, len(made.question("x"))) == ("hashing-32", 32, 32)


def test_none_is_no_embedder() -> None:
    assert embedder_from(IngestSettings(embedding=EmbeddingSettings(provider="none"))) is None  # type: ignore[call-arg]
