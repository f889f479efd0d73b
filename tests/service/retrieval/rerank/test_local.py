"""A cross-encoder on this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.errors import SettingsError
from service.errors import RerankerUnavailable
from service.models.cross_encoder import CrossEncoder
from service.retrieval.rerank.local import LocalReranker
from tests.fakes.cross_encoder import write_cross_encoder

QUESTION = "When does the ferry sail?"
TEXTS = ["Lunch is served at noon.", "The ferry does sail at nine.", "渡轮九点开船。"]


def reranker(folder: Path, **parts: object) -> LocalReranker:
    return LocalReranker(CrossEncoder(write_cross_encoder(folder, [QUESTION], **parts), 2, "S"))  # type: ignore[arg-type]


def test_a_score_is_the_chance_that_the_passage_is_relevant(tmp_path: Path) -> None:
    scores = reranker(tmp_path).scores(QUESTION, TEXTS, 5).scores
    assert max(range(3), key=scores.__getitem__) == 1
    assert scores[1] == pytest.approx(1 / (1 + 2.71828 ** -(4 - 3)), abs=1e-4)
    assert all(0 <= s <= 1 for s in scores)


def test_of_two_labels_the_last_says_relevant(tmp_path: Path) -> None:
    scores = reranker(tmp_path, weights=(-1.0, 1.0), biases=(0.0, -6.0)).scores(QUESTION, TEXTS, 5).scores
    assert scores[1] == pytest.approx(1 / (1 + 2.71828 ** -(8 - 6)), abs=1e-4)


def test_huge_logits_are_still_chances(tmp_path: Path) -> None:
    assert reranker(tmp_path, weights=(10_000.0,), biases=(-10_000.0,)).scores(QUESTION, TEXTS[1:2], 5).scores == (1.0,)


def test_a_model_with_more_labels_is_no_reranker(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="FOOTNOTE_RERANK__PATH: the model tells 3 labels apart"):
        reranker(tmp_path, weights=(1.0, 1.0, 1.0), biases=(0.0, 0.0, 0.0))


def test_numbers_that_are_none_and_lateness_are_notes(tmp_path: Path) -> None:
    with pytest.raises(RerankerUnavailable, match=r"model failed \(ValueError\)"):
        reranker(tmp_path / "nan", biases=(float("nan"),)).scores(QUESTION, TEXTS, 5)
    with pytest.raises(RerankerUnavailable, match=r"took longer than 0\.01 s"):
        reranker(tmp_path / "slow").scores(QUESTION, ["ferry " * 500] * 2000, 0.01)
