"""What a reranker's scores do to a search, and what its failing does not."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import replace

import pytest

from service.errors import RerankerUnavailable
from service.models.base import Usage
from service.models.breaker import Breaker
from service.retrieval.found import Found
from service.retrieval.rerank import Reranking, Scored
from service.retrieval.rerank.reranking import as_reranked
from tests.fakes.evidence import found, passage

TEXTS = ["Lunch is at noon.", "Tea is at four.", "The ferry sails at nine.", "Pets are welcome.", "The ferry is blue."]


class Counts:
    """Counts how often a word stands in a text; remembers what it was asked."""

    def __init__(self, word: str, usage: Usage | None = None) -> None:
        self._word, self._usage = word, usage
        self.asked: list[tuple[str, list[str]]] = []

    def scores(self, question: str, texts: Sequence[str], within: float) -> Scored:
        self.asked.append((question, list(texts)))
        return Scored(tuple(float(text.count(self._word)) for text in texts), self._usage)


class Fails:
    """Is down."""

    def scores(self, question: str, texts: Sequence[str], within: float) -> Scored:
        raise RerankerUnavailable("it is down")


class Gives:
    """These scores, whatever it is asked."""

    def __init__(self, *scores: float) -> None:
        self._scores = scores

    def scores(self, question: str, texts: Sequence[str], within: float) -> Scored:
        return Scored(self._scores)


class Breaks:
    """Has a fault."""

    def scores(self, question: str, texts: Sequence[str], within: float) -> Scored:
        raise KeyError("scores")


class Waits:
    """Gives nothing before it is asked for so many lists at the same time."""

    def __init__(self, lists: int) -> None:
        self._all = threading.Barrier(lists)

    def scores(self, question: str, texts: Sequence[str], within: float) -> Scored:
        self._all.wait(within)
        return Scored(tuple(float(i) for i in range(len(texts))))


class Told:
    """Remembers how long it may take."""

    def __init__(self) -> None:
        self.within: list[float] = []

    def scores(self, question: str, texts: Sequence[str], within: float) -> Scored:
        self.within.append(within)
        return Scored((0.0,) * len(texts))


class Hangs:
    """Takes no notice of the time it is given, until it is let go."""

    def __init__(self) -> None:
        self.let_go = threading.Event()

    def scores(self, question: str, texts: Sequence[str], within: float) -> Scored:
        self.let_go.wait(10)
        return Scored(tuple(float(i) for i in range(len(texts))))


def searched(question: str = "When?", texts: Sequence[str] = TEXTS) -> Found:
    made = found(question, *(passage(text, n) for n, text in enumerate(texts, 1)))
    return replace(made, hits=tuple(replace(hit, score=-float(i)) for i, hit in enumerate(made.hits)))


def said(made: Found) -> list[str]:
    return [hit.chunk.text for hit in made.hits]


def test_the_best_come_in_the_rerankers_order_and_the_rest_stays_below() -> None:
    made, _ = Reranking(Counts("ferry"), 4, 5).of("When?", searched(), {})
    assert said(made) == [TEXTS[2], TEXTS[0], TEXTS[1], TEXTS[3], TEXTS[4]]
    assert [hit.rerank for hit in made.hits] == [1.0, 0.0, 0.0, 0.0, None]
    assert [hit.score for hit in made.hits] == [0, -1, -2, -3, -4]
    assert made.notes == ()


def test_title_and_text_are_read() -> None:
    counts = Counts("x")
    Reranking(counts, 2, 5).of("When?", searched(), {})
    assert counts.asked == [("When?", ["Article 1\n\nLunch is at noon.", "Article 2\n\nTea is at four."])]


def test_a_single_hit_or_none_needs_no_reranker() -> None:
    counts = Counts("x")
    for texts in ([], TEXTS[:1]):
        assert said(Reranking(counts, 4, 5).of("When?", searched(texts=texts), {})[0]) == texts
    assert counts.asked == []


def test_parts_are_ordered_for_their_own_question_and_tokens_add_up() -> None:
    counts = Counts("ferry", Usage(100, 7))
    made, parts = Reranking(counts, 4, 5).of("Both?", searched(), {"One?": searched("One?"), "Two?": searched("Two?")})
    assert sorted(question for question, _ in counts.asked) == ["Both?", "One?", "Two?"]
    assert said(parts["One?"])[0] == TEXTS[2]
    assert made.usage == Usage(300, 21)


def test_where_it_fails_everything_stays_and_a_note_says_why() -> None:
    before = searched()
    made, _ = Reranking(Fails(), 4, 5).of("When?", before, {})
    assert made.hits == before.hits
    assert made.notes == ("passages stay in the order of the search: it is down",)
    assert made.usage is None


@pytest.mark.parametrize(
    ("reranker", "why"),
    [
        (Gives(1.0, 0.5), "the reranker gave something else than a score for each passage"),
        (Gives(1.0, 0.5, 0.4, 0.3, 0.2), "the reranker gave something else than a score for each passage"),
        (Gives(1.0, float("nan"), 0.4, 0.3), "the reranker gave something else than a score for each passage"),
        (Breaks(), "the reranker failed (KeyError)"),
    ],
)
def test_a_reranker_with_a_fault_is_a_note_too(reranker: Gives | Breaks, why: str) -> None:
    before = searched()
    made, _ = Reranking(reranker, 4, 5).of("When?", before, {})
    assert made.hits == before.hits
    assert made.notes == (f"passages stay in the order of the search: {why}",)


def test_a_question_and_its_parts_are_asked_for_at_the_same_time() -> None:
    made, parts = Reranking(Waits(4), 5, 5).of("All?", searched(), {f"{n}?": searched() for n in range(3)})
    assert [said(one) for one in (made, *parts.values())] == [TEXTS[::-1]] * 4
    assert list(parts) == ["0?", "1?", "2?"]


def test_a_reranker_is_told_the_time_that_is_left() -> None:
    told = Told()
    Reranking(told, 4, 0.7).of("All?", searched(), {"1?": searched()})
    assert len(told.within) == 2
    assert all(0 < within <= 0.7 for within in told.within)


def test_nobody_waits_longer_than_told_for_a_question_with_all_its_parts() -> None:
    hangs = Hangs()
    began = time.monotonic()
    made, parts = Reranking(hangs, 4, 0.2).of("Both?", searched(), {str(n): searched() for n in range(20)})
    assert time.monotonic() - began < 5
    hangs.let_go.set()
    assert all(said(one) == TEXTS for one in (made, *parts.values()))
    assert made.notes == ("passages stay in the order of the search: the reranker took longer than 0.2 s",)


def test_nobody_waits_longer_than_is_left_of_the_whole_answer() -> None:
    hangs, told = Hangs(), Told()
    began = time.monotonic()
    made, _ = Reranking(hangs, 4, 60).of("When?", searched(), {}, within=0.2)
    assert time.monotonic() - began < 5
    hangs.let_go.set()
    assert made.notes == ("passages stay in the order of the search: the reranker took longer than 0.2 s",)
    Reranking(told, 4, 60).of("When?", searched(), {}, within=0.7)
    assert all(0 < within <= 0.7 for within in told.within)


def test_one_that_fails_again_and_again_is_left_alone() -> None:
    reranking = Reranking(Fails(), 4, 5, Breaker(failures=2, seconds=60))
    notes = [reranking.of("When?", searched(), {})[0].notes[0].partition(": ")[2] for _ in range(3)]
    assert notes == ["it is down", "it is down", "the reranker has failed again and again and is left alone for now"]


def test_one_that_spends_tokens_is_not_asked_where_none_may_be_spent() -> None:
    counts = Counts("ferry")
    made, parts = Reranking(counts, 4, 5, spends=True).of("When?", searched(), {"1?": searched()}, spend=False)
    assert (counts.asked, made.notes, said(made), list(parts)) == ([], (), TEXTS, ["1?"])
    Reranking(counts, 4, 5).of("When?", searched(), {}, spend=False)
    assert len(counts.asked) == 1


def test_hits_that_were_found_before_come_as_they_were_reranked_or_not_at_all() -> None:
    made, _ = Reranking(Counts("ferry"), 3, 5).of("When?", searched(), {})
    first = searched().hits
    assert [hit.rerank for hit in as_reranked(first[:3], made.hits)] == [1.0, 0.0, 0.0]
    assert as_reranked(first[:3], made.hits)[0].chunk.text == TEXTS[2]
    assert as_reranked(first, made.hits) == list(first)
    assert as_reranked([], made.hits) == []
