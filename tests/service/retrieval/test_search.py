from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from ingest.index import Index, open_index
from ingest.job import Job, sources_of
from ingest.settings import EmbeddingSettings
from service.retrieval.found import Found
from service.retrieval.search import Retriever
from service.settings import Settings
from tests.fakes.embeddings_server import Embeds, FakeEmbeddings, Refuses, Sends, running
from tests.fakes.library import LEAVE, LIVE, ZH, Library

ARTICLES = [
    {"id": "live", "title": "Why live streaming faded", "text": LIVE, "lang": "en"},
    {"id": "leave", "title": "Annual leave", "text": LEAVE, "lang": "en"},
    {"id": "zh", "title": "直播电商的退货", "text": ZH, "lang": "zh"},
]
# No question names a word of its article in the article's own language.
ACROSS = [
    {"id": "ferry", "lang": "en", "title": "The island ferry",
     "text": "The ferry to the island sails at nine in the morning and returns at six in the evening."},
    {"id": "tyres", "lang": "en", "title": "Winter tyres",
     "text": "Every van gets winter tyres in November. The garage keeps the summer tyres until April."},
    {"id": "canteen", "lang": "en", "title": "The canteen",
     "text": "The canteen serves lunch between noon and two. Vegetarian dishes are marked with a green dot."},
    {"id": "parking", "lang": "zh", "title": "停车规定", "text": "访客请将车辆停在三号楼地下车库，每小时收费五元。"},
    {"id": "library", "lang": "zh", "title": "图书馆", "text": "图书馆的书可以借三十天，到期前可以在网上续借一次。"},
]  # fmt: skip
ACROSS_QUESTIONS = [
    ("去岛上的渡轮几点出发？", "en", "ferry"),
    ("什么时候给货车换冬季轮胎？", "en", "tyres"),
    ("食堂几点供应午餐？", "en", "canteen"),
    ("Where can visitors park their car?", "zh", "parking"),
    ("For how long may a book be borrowed?", "zh", "library"),
]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return Library(tmp_path_factory.mktemp("small")).ingest(ARTICLES)


def ids(found: Found) -> list[str]:
    return list(dict.fromkeys(hit.article.id for hit in found.hits))


@pytest.mark.parametrize(
    ("question", "article", "words"),
    [
        ("How many days of annual leave do employees have?", "leave", "15 days of annual leave"),
        ("What was the return rate of live orders?", "live", "31.4%"),
        ("直播电商的退货率是多少？", "zh", "退货率"),
    ],
)
def test_a_question_finds_its_passage_first(small: Library, question: str, article: str, words: str) -> None:
    found = Retriever(small.index).search(question, ["public"], 5)
    best = found.hits[0]
    assert best.article.id == article
    assert words in best.chunk.text
    assert best.article.text[best.chunk.start : best.chunk.end] == best.chunk.text
    assert found.notes == ()
    assert found.vector is not None
    assert [h.score for h in found.hits] == sorted((h.score for h in found.hits), reverse=True)


def test_no_more_hits_than_asked_for(small: Library) -> None:
    assert len(Retriever(small.index).search("live streaming leave 直播", ["public"], 1).hits) == 1


def test_a_word_in_text_of_the_other_script_does_not_outvote_the_vectors(small: Library) -> None:
    found = Retriever(small.index).search("31.4% 是什么数字？", ["public"], 9)
    english = [h for h in found.hits if h.article.id == "live"]
    assert english
    assert all(h.keyword is not None and h.dense is not None for h in found.hits if h.article.id == "zh")
    assert found.hits[0].article.id == "zh"


def test_a_question_of_no_known_word_still_has_the_nearest_vectors(small: Library) -> None:
    found = Retriever(small.index).search("Qwxyz?", ["public"], 9)
    assert len(found.hits) == len(ARTICLES)
    assert all(h.keyword is None for h in found.hits)


@pytest.fixture(scope="module")
def across(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Retriever]:
    """An English index, a Chinese one, and one of both."""
    made = {}
    for name, languages in (("en", ("en",)), ("zh", ("zh",)), ("both", ("en", "zh"))):
        library = Library(tmp_path_factory.mktemp(name), provider="local")
        made[name] = Retriever(library.ingest(a for a in ACROSS if a["lang"] in languages).index)
    return made


@pytest.mark.parametrize(("question", "language", "article"), ACROSS_QUESTIONS)
def test_a_question_in_another_language_finds_its_passage_first(
    across: dict[str, Retriever], question: str, language: str, article: str
) -> None:
    assert ids(across[language].search(question, ["public"], 5))[0] == article


@pytest.mark.parametrize(("question", "language", "article"), ACROSS_QUESTIONS)
def test_among_both_languages_it_is_the_first_of_its_own(
    across: dict[str, Retriever], question: str, language: str, article: str
) -> None:
    """The model puts text in the question's language nearer, which is why evidence is weighed a script at a time."""
    hits = across["both"].search(question, ["public"], 5).hits
    assert next(h.article.id for h in hits if h.article.language == language) == article


# Groups


@pytest.fixture(scope="module")
def grouped(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Hundreds of passages that only `board` may see, all nearer to the question than the one for everyone."""
    secret = [
        {"id": f"secret-{i}", "title": f"Merger {i}", "lang": "en", "groups": ["board"],
         "text": f"The merger price of the harbour company is {i} million."}
        for i in range(230)
    ]  # fmt: skip
    shown = [
        {"id": "shown", "title": "Harbour", "text": "A price for the harbour tour is on the board.", "lang": "en"},
        {"id": "nobody", "title": "Nobody", "text": "The merger price of the harbour company.", "groups": ["none"]},
        {
            "id": "hr",
            "title": "Harbour pay",
            "text": "The price of leave is paid by us.",
            "groups": ["hr", "x"],
        },
    ]
    return Library(tmp_path_factory.mktemp("grouped")).ingest([*secret, *shown])


QUESTION = "What is the merger price of the harbour company?"


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        (["public"], {"shown"}),
        (["hr"], {"hr"}),
        (["x", "public"], {"hr", "shown"}),
        (["PUBLIC"], set()),
        (["boar", "board "], set()),
        (["%", "*", ""], set()),
        ([], set()),
    ],
)
def test_only_articles_of_the_askers_groups_are_found(grouped: Library, groups: list[str], expected: set[str]) -> None:
    """Also where the hundreds of nearest passages are all hidden, those that may be seen are found."""
    found = Retriever(grouped.index).search(QUESTION, groups, 500)
    assert set(ids(found)) == expected
    assert all(set(h.article.groups) & set(groups) for h in found.hits)
    assert all(h.dense is not None for h in found.hits)


def test_a_member_of_the_group_finds_its_articles(grouped: Library) -> None:
    found = Retriever(grouped.index).search(QUESTION, ["board"], 10)
    assert len(found.hits) == 10
    assert all(h.article.groups == ("board",) for h in found.hits)


def test_an_article_that_leaves_a_group_leaves_its_search_at_once(tmp_path: Path) -> None:
    made = Library(tmp_path).ingest(
        [{"id": "a", "title": "Pay", "text": "The pay is secret now.", "groups": ["public"]}]
    )
    retriever = Retriever(made.index)
    assert ids(retriever.search("secret pay", ["public"], 5)) == ["a"]
    made.ingest([{"id": "a", "title": "Pay", "text": "The pay is secret now.", "groups": ["hr"]}])
    assert ids(retriever.search("secret pay", ["public"], 5)) == []
    assert ids(retriever.search("secret pay", ["hr"], 5)) == ["a"]


# Without vectors


def test_keywords_alone_are_searched_where_there_is_no_embedder(tmp_path: Path) -> None:
    made = Library(tmp_path, provider="none").ingest(ARTICLES)
    found = Retriever(made.index).search("annual leave", ["public"], 5)
    assert ids(found) == ["leave"]
    assert found.notes == ("no embedding model: keywords alone were searched",)
    assert found.vector is None
    assert all(h.dense is None and h.keyword is not None for h in found.hits)
    assert Retriever(made.index).embed(["x"]) is None


@pytest.fixture
def endpoint() -> Any:
    with running() as fake:
        yield fake


def remote(endpoint: FakeEmbeddings, data: Path) -> Index:
    settings = Settings(
        data=data,
        embedding=EmbeddingSettings(base_url=endpoint.url, api_key=SecretStr("sk-secret"), model="m", dimensions=8),  # type: ignore[call-arg]
    )
    return open_index(settings, create=True)


@pytest.mark.parametrize("failure", [Refuses(500), Refuses(401), Refuses(404), Refuses(429), Sends(b"no"), Embeds(7)])
def test_where_the_vectors_fail_keywords_answer_and_it_is_said(
    failure: Any, endpoint: FakeEmbeddings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    library = Library(tmp_path)
    (tmp_path / "a.txt").write_text("The ferry sails at nine. Lunch is served at noon.", "utf-8")
    index = remote(endpoint, library.data)
    report = Job(index, library.settings).run(sources_of([tmp_path / "a.txt"]))
    assert (report.failed, report.waiting) == ([], 0)
    retriever = Retriever(index)
    assert retriever.search("When does the ferry sail?", ["public"], 5).notes == ()
    endpoint.will(failure)
    with caplog.at_level(logging.WARNING):
        found = retriever.search("When does the ferry sail?", ["public"], 5)
    assert ids(found) == ["a"]
    assert found.notes == ("the vectors could not be searched: keywords alone were",)
    assert found.vector is None
    assert "The embeddings endpoint" in caplog.text
    assert "sk-secret" not in caplog.text


def test_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    made = Library(tmp_path).ingest([])
    assert Retriever(made.index).search("anything", ["public"], 5).hits == ()


def test_vectors_of_passages_are_those_of_the_embedder(small: Library) -> None:
    made = Retriever(small.index).embed(["one", "two"])
    assert made is not None
    assert made.shape == (2, 384)
    assert Retriever(small.index).embed([]) is None
