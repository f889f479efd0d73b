from __future__ import annotations

from itertools import permutations

import pytest

from service.retrieval.fuse import fused, fused_by_rank


def test_scores_are_the_place_of_the_cosine_plus_the_share_of_bm25() -> None:
    scores = fused({"a": 0.9, "b": 0.8, "c": 0.7}, {"c": 10.0, "b": 5.0, "d": 4.0})
    assert scores == pytest.approx({"a": 1.0, "b": 0.5 + 0.5, "c": 0.0 + 1.0, "d": 0.4})


def test_best_comes_first() -> None:
    assert list(fused({"a": 0.70, "b": 0.90, "c": 0.75}, {"c": 2.0, "b": 1.9})) == ["b", "c", "a"]


@pytest.mark.parametrize("ids", list(permutations("abc")))
def test_ties_are_ordered_by_id_whatever_the_order_of_the_lists(ids: tuple[str, ...]) -> None:
    assert list(fused(dict.fromkeys(ids, 0.5), dict.fromkeys(ids, 3.0))) == ["a", "b", "c"]
    assert list(fused_by_rank(dict.fromkeys(ids, 0.5))) == ["a", "b", "c"]


def test_an_empty_list_does_not_vote() -> None:
    assert list(fused({"a": 0.2, "b": 0.9}, {})) == ["b", "a"]
    assert fused({}, {"a": 2.0, "b": 8.0}) == pytest.approx({"b": 1.0, "a": 0.25})
    assert fused({}, {}) == {}


def test_a_list_that_cannot_tell_its_entries_apart_does_not_decide_among_them() -> None:
    assert list(fused({"a": 0.8, "b": 0.8}, {"b": 3.0, "a": 1.0})) == ["b", "a"]
    assert list(fused({"a": 0.7, "b": 0.9}, {"a": 0.0, "b": 0.0})) == ["b", "a"]


def test_one_entry_is_found_by_one_list_alone() -> None:
    assert fused({"a": 0.8}, {"b": 3.0}) == pytest.approx({"a": 1.0, "b": 1.0})


def test_an_id_gets_nothing_from_a_list_that_lacks_it() -> None:
    scores = fused({"a": 0.9, "b": 0.6}, {"c": 1.0, "d": 0.1})
    assert scores["b"] == 0
    assert scores["d"] == pytest.approx(0.1)


def test_ranks_are_fused_reciprocally() -> None:
    scores = fused_by_rank({"a": 0.9, "b": 0.1}, {"b": 5.0})
    assert scores == pytest.approx({"b": 1 / 62 + 1 / 61, "a": 1 / 61})
    assert list(scores) == ["b", "a"]
