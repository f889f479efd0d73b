from __future__ import annotations

import json
import random
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from ingest.embedding.local import LocalEmbedder
from ingest.terms import question_terms, terms
from service.retrieval.found import Found
from service.retrieval.fuse import fused
from service.retrieval.ranking import RECENT, is_fitted_for, scores
from service.retrieval.search import Retriever
from service.retrieval.signals import IN_PLACE, NAMES, Candidate, Signals, Wanted, signals
from service.retrieval.weights import TermWeights
from tests.fakes.library import Library

ASKED = "2024-06-20"
TOPICS = [
    "Live rooms",
    "Returns of clothing",
    "Annual leave of drivers",
    "Parking",
    "直播电商",
    "服装退货",
    "司机年假",
    "停车",
]
QUESTION = "What is the latest return rate of live rooms, by 2024?"


def test_every_signal_but_the_newest_has_its_fitted_weight_and_no_other_has_one() -> None:
    kept = json.loads((files("service.retrieval") / "ranking.json").read_text("utf-8"))
    assert set(kept["weights"]) == set(NAMES) - {"recent"}
    assert all(np.isfinite(w) for w in kept["weights"].values())
    each = scores(np.eye(len(NAMES)))
    assert each[IN_PLACE["recent"]] == RECENT
    assert {n: each[at] for n, at in IN_PLACE.items() if n != "recent"} == pytest.approx(kept["weights"])


def test_no_candidates_have_no_scores() -> None:
    assert scores(np.zeros((0, len(NAMES)))).shape == (0,)


def test_it_is_fitted_for_the_embedder_that_ships_and_for_no_other() -> None:
    assert is_fitted_for(LocalEmbedder.id)
    assert not is_fitted_for("hashing-384")
    assert not is_fitted_for("text-embedding-3-small")
    assert not is_fitted_for(None)


def candidates(count: int) -> list[Candidate]:
    made = []
    for i in range(count):
        topic = TOPICS[i % len(TOPICS)]
        body = " ".join(terms(f"{topic} had a return rate of {i % 5}.4% in 2024. 退货率为 {i % 7}%。"))
        day = f"2024-0{1 + i % 6}-11"
        title = " ".join(terms(topic))
        made.append(Candidate(f"c{i:03}", f"a{i % 9}", i % 4, "en", day, "https://x.example/a", title, "", body))
    return made


def by_id(some: list[Candidate]) -> dict[str, float]:
    query = question_terms(QUESTION)
    wanted = Wanted.of(QUESTION, TermWeights.of(query, {t: 1 + len(t) for t in query}, 50), ASKED)
    dense = np.array([0.7 + (int(c.id[1:]) * 37 % 19) / 100 for c in some])
    made: Signals = signals(wanted, some, dense, 20.0)
    return dict(zip((c.id for c in some), scores(made).tolist(), strict=True))


@pytest.mark.parametrize("seed", range(5))
def test_scores_do_not_hang_on_the_order_of_the_candidates(seed: int) -> None:
    some = candidates(41)
    mixed = random.Random(seed).sample(some, len(some))
    assert by_id(mixed) == by_id(some)


def test_what_is_alike_scores_alike_wherever_it_stands() -> None:
    for count in range(1, 40):
        row = np.random.default_rng(count).normal(size=len(NAMES))
        assert len(set(scores(np.tile(row, (count, 1))).tolist())) == 1


# In a real index


def order(found: Found) -> list[str]:
    return list(dict.fromkeys(hit.article.id for hit in found.hits))


YEARS = ("2021-06-20", "2022-06-20", "2023-06-20")
# Alike, and yet no copies of each other.
SAID = {
    "en": "The return rate of live rooms was {} percent that year. The team for {} counted every parcel in {} by hand, "
    "and nobody in {} disagreed.",
    "zh": "那一年直播间的退货率为百分之{}。负责{}的小组清点了{}的每一件包裹，{}没有人反对。",
}
TITLES = {"en": "Returns of live rooms", "zh": "直播间的退货"}
PLACES = {"en": ("north", "south", "west"), "zh": ("北区", "南区", "西区")}


@pytest.fixture(scope="module")
def yearly(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    """Articles that differ in their dates and a number, in no order of time."""
    articles = [
        {"id": f"{lang}-{day[:4]}", "lang": lang, "title": TITLES[lang], "published_at": day,
         "text": SAID[lang].format(n, *[PLACES[lang][n]] * 3)}
        for lang in SAID for n, day in ((0, YEARS[1]), (1, YEARS[2]), (2, YEARS[0]))
    ]  # fmt: skip
    filler = [{"id": "leave", "lang": "en", "title": "Leave", "text": "Drivers have 15 days of leave."}]
    return Retriever(Library(tmp_path_factory.mktemp("yearly"), provider="local").ingest([*articles, *filler]).index)


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("What is the latest return rate of live rooms?", "en-2023"),
        ("What was the return rate of live rooms?", "en-2023"),
        ("What was the return rate of live rooms in 2022?", "en-2022"),
        ("What was the return rate of live rooms in June 2021?", "en-2021"),
        ("What was the return rate of live rooms last year?", "en-2022"),
        ("What was the return rate of live rooms this 618?", "en-2023"),
        ("直播间最新的退货率是多少？", "zh-2023"),
        ("直播间的退货率是多少？", "zh-2023"),
        ("2022年直播间的退货率是多少？", "zh-2022"),
        ("前年直播间的退货率是多少？", "zh-2021"),
        ("今年618直播间的退货率是多少？", "zh-2023"),
        ("去年618直播间的退货率是多少？", "zh-2022"),
    ],
)
def test_of_articles_that_answer_alike_the_newest_of_the_time_asked_about_is_first(
    yearly: Retriever, question: str, first: str
) -> None:
    assert order(yearly.search(question, ["public"], 9, asked_on="2023-06-30"))[0] == first


@pytest.mark.parametrize("question", ["What was the return rate of live rooms?", "直播间的退货率是多少？"])
def test_the_same_question_gives_the_same_hits_again(yearly: Retriever, question: str) -> None:
    one, two = (yearly.search(question, ["public"], 9, asked_on=ASKED).hits for _ in range(2))
    assert [(h.chunk.id, h.score) for h in one] == [(h.chunk.id, h.score) for h in two]


@pytest.mark.parametrize("reverse", [False, True])
def test_what_scores_alike_is_in_the_order_of_its_ids(tmp_path: Path, reverse: bool) -> None:
    """Different words of which the question has none, with the same vector as far as hashing knows: none of its own."""
    articles = [
        {"id": f"a{i}", "title": "Depot", "text": f"The ferry sails at nine. {word} {word}"}
        for i, word in enumerate(["one", "two", "six"])
    ]
    made = Library(tmp_path, provider="none").ingest(articles[::-1] if reverse else articles)
    hits = Retriever(made.index).search("When does the ferry sail?", ["public"], 9).hits
    assert len(hits) == 3
    assert len({h.score for h in hits}) == 1
    assert [h.chunk.id for h in hits] == sorted(h.chunk.id for h in hits)


@pytest.mark.parametrize("question", ["How many days of leave do drivers have?", "司机有几天年假？"])
@pytest.mark.parametrize("provider", ["hashing", "local"])
def test_another_embedder_has_its_hits_fused(tmp_path: Path, provider: str, question: str) -> None:
    articles = [
        {"id": "leave", "title": "Leave", "text": "Drivers have 15 days of leave."},
        {"id": "park", "title": "Parking", "text": "Drivers park behind the depot for some days."},
        {"id": "zh", "title": "年假", "text": "司机每年有 15 天年假。"},
        {"id": "zh2", "title": "停车", "text": "司机把车停在仓库后面。"},
    ]
    hits = Retriever(Library(tmp_path, provider=provider).ingest(articles).index).search(question, ["public"], 9).hits
    by_fusion = fused(
        {h.chunk.id: h.dense for h in hits if h.dense is not None},
        {h.chunk.id: h.keyword for h in hits if h.keyword is not None},
    )
    assert ({h.chunk.id: h.score for h in hits} == pytest.approx(by_fusion)) is (provider == "hashing")
    assert hits[0].article.id == ("leave" if question.isascii() else "zh")
