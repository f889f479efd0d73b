from __future__ import annotations

import math

import pytest

from service.retrieval.weights import TermWeights


def test_a_rarer_term_weighs_more_and_an_unseen_one_most() -> None:
    weights = TermWeights.of(["common", "rare", "unseen"], {"common": 90, "rare": 2}, 100).weights
    assert weights["unseen"] > weights["rare"] > weights["common"] > 0
    assert weights["rare"] == pytest.approx(math.log(1 + 98.5 / 2.5))


def test_a_term_of_every_chunk_still_weighs_something() -> None:
    assert TermWeights.of(["x"], {"x": 100}, 100).weights["x"] > 0


def test_coverage_is_the_share_of_weight_that_stands_in_the_text() -> None:
    weights = TermWeights({"return": 1.0, "rate": 3.0})
    assert weights.coverage("The rates fell") == pytest.approx(0.75)
    assert weights.coverage("Rates of returned goods") == pytest.approx(1.0)
    assert weights.coverage("Nothing here") == 0
    assert weights.coverage_of({"return"}) == pytest.approx(0.25)


def test_chinese_is_covered_by_its_bigrams() -> None:
    weights = TermWeights({"退货": 1.0, "货率": 1.0})
    assert weights.coverage("直播的退货率很高") == 1
    assert weights.coverage("退货很多") == 0.5


def test_a_question_without_terms_is_covered_by_nothing() -> None:
    assert TermWeights.of([], {}, 10).coverage("anything") == 0
    assert TermWeights.of(["x"], {}, 0).coverage("y") == 0
