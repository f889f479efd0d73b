import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.terms import question_terms, terms


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("approves", "approved"),
        ("policies", "policy"),
        ("Travelling", "travel"),
        ("the manager's", "the managers"),
        ("the manager’s", "the manager's"),
        ("CAFÉ", "cafe"),
        ("ＡＢＣ１２３", "abc123"),
        ("1,000,000", "1000000"),
        ("ΟΔΟΣ", "οδοσ"),
        ("Straße", "STRASSE"),
        ("マイク・タイソン", "マイク タイソン"),
        ("ガ", "カ\u3099"),
    ],
)
def test_forms_of_one_word_are_one_term(one: str, other: str) -> None:
    assert terms(one) == terms(other)


def test_han_and_kana_become_overlapping_pairs() -> None:
    assert terms("退货率高") == ["退货", "货率", "率高"]
    assert terms("茶") == ["茶"]
    assert terms("第一季度31.4%，ABC") == ["第一", "一季", "季度", "31.4", "abc"]


def test_terms_come_in_reading_order_and_repeat() -> None:
    assert terms("one two, one.") == ["one", "two", "one"]


def test_kana_that_differ_by_a_voicing_mark_differ() -> None:
    assert terms("ハス") != terms("バス")


@pytest.mark.parametrize(
    ("question", "kept"),
    [
        ("Who approves travel?", ["approv", "travel"]),
        ("What's the manager's name? It isn't mine, I can't say.", ["manag", "name", "mine", "say"]),
        ("为什么退货率这么高？", ["退货", "货率", "高"]),
        ("why why travel travel", ["travel"]),
        ("Who is it?", []),
        ("？！", []),
    ],
)
def test_a_question_keeps_what_it_is_about(question: str, kept: list[str]) -> None:
    assert question_terms(question) == kept


@given(st.text())
def test_a_question_looks_for_nothing_that_an_article_of_the_same_words_lacks(text: str) -> None:
    assert [t for t in question_terms(text) if len(t) > 1 and t.isascii() and t not in terms(text)] == []


@given(st.text())
def test_any_text_has_terms_without_blanks_or_marks_of_a_query_language(text: str) -> None:
    for term in terms(text):
        assert term
        assert not set(term) & set(' "*()^:+-\x00')
