from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.article import Article
from ingest.chunk import chunks_of
from ingest.index import Catalogue
from ingest.terms import question_terms, terms

TEXTS = {
    "returns": "直播电商的退货率在第一季度达到 31.4%。服装品类的退货率最高。",
    "leave": "员工工作满六年后有十五天年假。",
    "travel": "The manager approves travelling. Receipts are kept for ten years.",
    "sign": "NEAR misses AND near hits OR not: the C++ star * and the “quote” were signed.",
}


def add(catalogue: Catalogue, article_id: str, text: str, title: str = "Untitled") -> None:
    article = Article(article_id, title, text, "en", article_id)
    cut = chunks_of(article, catalogue.next_version(article_id), 1000)
    catalogue.add(article, "hash", cut, ["key"] * len(cut))


def empty(data: Path) -> Catalogue:
    made = Catalogue(data, create=True)
    made.start_generation("none", 0, "test:1000:1")
    return made


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    made = empty(tmp_path_factory.mktemp("data"))
    for article_id, text in TEXTS.items():
        add(made, article_id, text)
    return made


def find(catalogue: Catalogue, question: str) -> list[str]:
    hits = catalogue.keyword_search(question_terms(question), ["public"], 10)
    assert [h.score for h in hits] == sorted((h.score for h in hits), reverse=True)
    return [h.chunk_id.split(":")[0] for h in hits]


@pytest.mark.parametrize("word", ["年假", "退货", "直播", "服装"])
def test_a_chinese_word_of_two_characters_is_found(catalogue: Catalogue, word: str) -> None:
    assert find(catalogue, word) == [next(name for name, text in TEXTS.items() if word in text)]


@pytest.mark.parametrize("word", ["approve", "approved", "manager's", "receipt", "traveled", "Managers"])
def test_an_english_word_is_found_in_another_form(catalogue: Catalogue, word: str) -> None:
    assert find(catalogue, word) == ["travel"]


def test_numbers_are_whole_terms(catalogue: Catalogue) -> None:
    assert find(catalogue, "31.4%") == ["returns"]
    assert find(catalogue, "31") == find(catalogue, "4") == []


@pytest.mark.parametrize(
    "question",
    [
        '"',
        "*",
        "NEAR",
        'NEAR("a" "b", 5)',
        "a AND OR NOT",
        "title:travel",
        "^travel",
        "(",
        "-travel",
        "{title}: x",
        "'",
        "\\",
        ";--",
    ],
)
def test_operators_of_the_query_language_are_words_like_any(catalogue: Catalogue, question: str) -> None:
    assert set(find(catalogue, question)) <= set(TEXTS)
    for term in (question, *question.split(), f'"{question}"', question + "\0"):
        assert {h.chunk_id.split(":")[0] for h in catalogue.keyword_search([term], ["public"], 10)} <= set(TEXTS)


def test_an_operator_that_an_article_speaks_of_is_found(catalogue: Catalogue) -> None:
    assert find(catalogue, "NEAR") == ["sign"]
    assert [h.chunk_id for h in catalogue.keyword_search(['near" OR "manag'], ["public"], 10)] == []


def test_no_term_finds_nothing(catalogue: Catalogue) -> None:
    assert catalogue.keyword_search([], ["public"], 10) == []
    assert catalogue.document_frequencies([]) == ({}, len(TEXTS))


def test_a_question_of_thousands_of_words_is_searched(catalogue: Catalogue) -> None:
    assert catalogue.keyword_search([*(f"word{n}" for n in range(5000)), "receipt"], ["public"], 10)


def test_frequencies_count_chunks_not_occurrences(catalogue: Catalogue) -> None:
    found, chunks = catalogue.document_frequencies(["退货", "near", "star", "nothing", '"'])
    assert found == {"退货": 1, "near": 1, "star": 1}
    assert chunks == len(TEXTS)


def test_the_title_weighs_more_than_the_text(tmp_path: Path) -> None:
    catalogue = empty(tmp_path)
    add(catalogue, "body", "The zeppelin was bought in spring.", "Minutes of spring")
    add(catalogue, "title", "It was bought in the spring of a year.", "The zeppelin")
    assert find(catalogue, "zeppelin") == ["title", "body"]


def test_rare_words_weigh_more_than_frequent_ones(tmp_path: Path) -> None:
    catalogue = empty(tmp_path)
    for n in range(20):
        add(catalogue, f"common{n}", f"The budget was approved on day {n}.")
    add(catalogue, "rare", "The zeppelin was approved on a day.")
    assert find(catalogue, "budget zeppelin")[0] == "rare"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cn", "Mn", "Mc", "Co"]), min_size=1, max_size=30))
def test_every_term_of_an_indexed_text_is_counted_under_its_own_name(catalogue: Catalogue, text: str) -> None:
    text += " word."
    add(catalogue, "any", text)
    try:
        found, _ = catalogue.document_frequencies(terms(text))
        assert set(terms(text)) <= set(found)
    finally:
        catalogue.remove("any")
