"""Figures, against what they are by hand."""

from __future__ import annotations

import math

import pytest

from service.evaluation.metrics import (
    auroc,
    balanced_accuracy,
    best_balanced_accuracy,
    declining_curve,
    document_figures,
    quote_figures,
)


def test_a_ranking_is_scored_by_its_groups() -> None:
    figures = quote_figures((4, None, 2))
    assert (figures["hits@1"], figures["hits@4"]) == (0.0, 1.0)
    assert figures["recall@1"] == 0.0
    assert figures["recall@4"] == figures["recall@10"] == pytest.approx(2 / 3)
    assert figures["all@10"] == 0.0
    assert figures["MRR@10"] == 0.5
    ideal = 1 + 1 / math.log2(3) + 1 / math.log2(4)
    assert figures["nDCG@10"] == pytest.approx((1 / math.log2(3) + 1 / math.log2(5)) / ideal)


def test_every_group_found_is_all() -> None:
    figures = document_figures((1, 3), (1, 3), 2)
    assert (figures["all@1"], figures["all@4"]) == (0.0, 1.0)
    assert figures["nDCG@10"] == pytest.approx((1 + 1 / math.log2(4)) / (1 + 1 / math.log2(3)))


def test_what_is_found_past_the_tenth_place_counts_nothing() -> None:
    figures = document_figures((11,), (11,), 1)
    assert (figures["MRR@10"], figures["nDCG@10"], figures["recall@10"]) == (0.0, 0.0, 0.0)


def test_auroc_is_the_share_of_pairs_in_order_and_ties_are_half() -> None:
    assert auroc([0.9, 0.8, 0.1], [True, True, False]) == 1.0
    assert auroc([0.1, 0.9], [True, False]) == 0.0
    assert auroc([0.5, 0.5, 0.7, 0.2], [True, False, True, False]) == pytest.approx(3.5 / 4)
    assert auroc([0.5, 0.7], [True, True]) is None


def test_balanced_accuracy_counts_both_kinds_alike() -> None:
    assert balanced_accuracy([True, True, True, False], [True, False, False, False]) == pytest.approx((1 + 1 / 3) / 2)
    assert balanced_accuracy([True], [True]) is None
    assert best_balanced_accuracy([0.2, 0.6, 0.7], [False, True, True]) == (1.0, 0.6)
    assert best_balanced_accuracy([0.2], [True]) is None


def test_the_curve_declines_below_each_threshold() -> None:
    low, high = declining_curve([0.1, 0.4, 0.6, 0.9], [False, True, False, True], [0.2, 0.7])
    assert low == {"threshold": 0.2, "precision": 1.0, "recall": 0.5, "answered": 1.0}
    assert high == {"threshold": 0.7, "precision": pytest.approx(2 / 3), "recall": 1.0, "answered": 0.5}
    assert declining_curve([0.9], [True], [0.5])[0]["precision"] is None
