"""Fitting of the ranking, on questions that are made up here with weights that are known."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from benchmarks.ranking import FREE, SHOWN, Floats, Lists, Seen, figures, fitted, seen
from service.evaluation.questions import Asked, Evidence
from service.evaluation.run import Ranked
from service.retrieval.ranking import RECENT
from service.retrieval.signals import IN_PLACE, NAMES
from tests.fakes.library import LEAVE, LIVE, Library

PLANTED = {"title": 3.0, "near": -1.5, "recent": RECENT}
CANDIDATES = 12


def planted() -> Floats:
    weights = np.zeros(len(NAMES))
    for name, weight in PLANTED.items():
        weights[IN_PLACE[name]] = weight
    return weights


def asked(count: int, seed: int, name: str = "made", weights: Floats | None = None) -> list[Seen]:
    """Questions whose right candidate is drawn by softmax of the planted weights, in no order."""
    random = np.random.default_rng(seed)
    by = planted() if weights is None else weights
    some = []
    for i in range(count):
        signals = random.normal(size=(CANDIDATES, len(NAMES)))
        right = int(np.argmax(signals @ by + random.gumbel(size=CANDIDATES)))
        wrong = tuple(j for j in range(CANDIDATES) if j != right)
        question = Asked(f"q{i}", "Which one?", "en", evidence=(Evidence(f"a{right}", f"text {right}.", "1"),))
        ranked = tuple(Ranked(f"a{j}", f"This is text {j}.") for j in range(CANDIDATES))
        some.append(Seen(name, name, question, ranked, signals, (((right,), wrong, 1.0),), (tuple(range(CANDIDATES)),)))
    return some


def shown(some: Sequence[Seen], weights: Floats | int) -> dict[str, float]:
    return {f"{level} {name}": v for (level, name), v in zip(SHOWN, figures(some, weights), strict=True)}


@pytest.fixture(scope="module")
def found() -> Floats:
    return fitted(asked(1500, 1))


def test_the_weights_that_made_the_lists_are_found_again(found: Floats) -> None:
    assert found == pytest.approx(planted(), abs=0.35)
    assert found[IN_PLACE["recent"]] == RECENT


def test_a_ranking_by_them_is_better_than_none_also_where_it_was_not_fitted(found: Floats) -> None:
    others = asked(300, 2)
    as_it_is, by_weights, turned = shown(others, 0), shown(others, found), shown(others, -found)
    assert as_it_is["doc hits@1"] < 0.2
    for name in as_it_is:
        assert by_weights[name] > as_it_is[name] + 0.1 or by_weights[name] > 0.95
        assert turned[name] < as_it_is[name]


def test_perfect_weights_put_what_is_right_first() -> None:
    some = asked(20, 3)
    for one in some:
        one.signals[:, IN_PLACE["title"]] = 0
        one.signals[one.lists[0][0][0], IN_PLACE["title"]] = 99
    weights = np.zeros(len(NAMES))
    weights[IN_PLACE["title"]] = 1
    assert set(shown(some, weights).values()) == {1.0}


def test_the_slope_of_the_loss_is_its_slope() -> None:
    lists = Lists(asked(30, 4))
    at = np.random.default_rng(5).normal(size=len(FREE))
    _, slope = lists.loss(at)
    for i in range(0, len(FREE), 6):
        step = np.zeros(len(FREE))
        step[i] = 1e-5
        rise = (lists.loss(at + step)[0] - lists.loss(at - step)[0]) / 2e-5
        assert slope[i] == pytest.approx(rise, abs=1e-6)


def test_a_set_counts_alike_however_many_questions_it_has() -> None:
    turned = planted() * -1
    turned[IN_PLACE["recent"]] = RECENT
    few, many = asked(60, 6, "few"), asked(600, 7, "many", turned)
    weights = fitted([*few, *many])
    alone = fitted(many)
    assert alone[IN_PLACE["title"]] < -2
    assert abs(weights[IN_PLACE["title"]]) < 1


def test_the_same_lists_give_the_same_weights() -> None:
    assert (fitted(asked(50, 8)) == fitted(asked(50, 8))).all()


@pytest.mark.parametrize("quote", ["Employees have 15 days of annual leave", ""])
def test_what_holds_the_evidence_is_right_and_the_rest_is_wrong(tmp_path: Path, quote: str) -> None:
    articles = [{"id": "live", "title": "Live", "text": LIVE}, {"id": "leave", "title": "Leave", "text": LEAVE}]
    index = Library(tmp_path, provider="local").ingest(articles).index
    question = "How many days of annual leave do employees have?"
    known = Asked("q", question, "en", evidence=(Evidence("leave", quote, "1"),))
    never = Asked("n", question, "en", answerable=False)
    (one,) = seen("family:en", index, [known, never])
    assert one.family == "family"
    assert one.signals.shape == (len(one.ranked), len(NAMES))
    assert all(sorted(fusion) == list(range(len(one.ranked))) for fusion in one.fusions)
    ((right, wrong, weight), *_) = one.lists
    assert {one.ranked[i].article_id for i in right} == {"leave"}
    assert {one.ranked[i].article_id for i in wrong} == {"live"}
    assert weight == 1
