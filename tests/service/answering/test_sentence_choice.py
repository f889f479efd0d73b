"""Which sentences of the evidence answer best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ingest.article import Section
from ingest.embedding import Vectors
from service.answering.sentence_choice import choose
from service.retrieval.evidence import Passage
from tests.fakes.evidence import found, passage


def nothing(_texts: Sequence[str]) -> Vectors | None:
    return None


def quotes(question: str, *evidence: Passage, most: int = 4) -> list[str]:
    chosen = choose(question, evidence, found(question, *evidence), most, False, nothing)
    for choice in chosen:
        assert choice.passage.article.text[choice.start : choice.end] == choice.quote
    return [choice.quote for choice in chosen]


def test_the_sentence_with_the_questions_words_is_chosen_alone() -> None:
    text = "The canteen opens at noon. Managers approve leave requests. Parcels leave at night."
    assert quotes("Who approves leave requests?", passage(text)) == ["Managers approve leave requests."]


def test_nothing_is_chosen_where_no_word_fits() -> None:
    assert quotes("What do zebras eat?", passage("The canteen opens at noon.")) == []
    assert quotes("What do zebras eat?") == []


def test_a_cause_is_preferred_where_one_is_asked_for() -> None:
    text = "Live streaming faded at the festival. Live streaming faded because traffic at the festival has peaked."
    assert quotes("Why has live streaming faded at the festival?", passage(text), most=1) == [
        "Live streaming faded because traffic at the festival has peaked."
    ]


def test_a_number_has_to_be_there_where_one_is_asked_for() -> None:
    text = "The number of annual leave days is set by law. Employees have 15 annual leave days."
    assert quotes("How many annual leave days are there?", passage(text), most=1) == [
        "Employees have 15 annual leave days."
    ]
    assert quotes("How many annual leave days are there?", passage("Annual leave days are set by law.")) == []


def test_a_sentence_that_leans_on_the_one_before_brings_it() -> None:
    text = "Passwords expire quarterly. However, managers may extend a password on request."
    assert quotes("Who may extend a password on request?", passage(text)) == [
        "Passwords expire quarterly.",
        "However, managers may extend a password on request.",
    ]


def test_never_more_sentences_than_asked_for() -> None:
    leaning = "Passwords expire quarterly. However, managers may extend a password on request."
    assert quotes("Who may extend a password on request?", passage(leaning), most=1) == [
        "However, managers may extend a password on request."
    ]
    many = " ".join(f"Leave request number {n} was approved." for n in range(10))
    assert len(quotes("Which leave request was approved?", passage(many), most=3)) == 3


def test_reading_order_and_the_best_passage_first() -> None:
    one = passage("Managers approve leave. Directors approve leave of managers.", 1)
    two = passage("The board approves leave of directors.", 2)
    assert quotes("Who approves leave?", one, two)[0] == "Managers approve leave."
    chosen = quotes("Who approves leave?", two, one)
    assert chosen.index("Managers approve leave.") < chosen.index("Directors approve leave of managers.")


def test_two_articles_that_disagree_are_both_quoted() -> None:
    one, two = (passage(f"A purchase may be returned within {n} days.", number) for number, n in ((1, 7), (2, 15)))
    assert quotes("Within how many days may a purchase be returned?", one, two) == [
        "A purchase may be returned within 7 days.",
        "A purchase may be returned within 15 days.",
    ]


def test_a_bullet_is_left_out_and_a_heading_is_no_answer() -> None:
    text = "Approving leave\n\n- Managers approve leave.\n\n2. Directors approve leave too."
    one = passage(text, sections=(Section("Approving leave", 1, 0, len(text)),))
    assert quotes("Who is approving leave?", one) == ["Managers approve leave.", "Directors approve leave too."]


def test_a_newer_edition_takes_the_place_of_the_older() -> None:
    older = passage("The client to install is GateLink.", 1, title="VPN guide (2022)", published_at="2022-02-14")
    newer = passage("The client to install is Passway.", 2, title="VPN guide (2024)", published_at="2024-01-22")
    question = "Which client do I install?"
    assert quotes(question, older, newer) == ["The client to install is Passway."]
    assert quotes(question, older) == ["The client to install is GateLink."]
    silent = passage("Travel is described elsewhere.", 2, title="VPN guide (2024)", published_at="2024-01-22")
    assert quotes(question, older, silent) == ["The client to install is GateLink."]
    assert quotes("Which client to install was in the 2022 guide?", older, newer)[0] == (
        "The client to install is GateLink."
    )


def test_meaning_moves_a_sentence_without_the_words_to_the_front() -> None:
    text = "Employees may rest at the canteen. Annual holidays last three weeks."

    def embed(texts: Sequence[str]) -> Vectors:
        return np.array([[1.0, 0.0] if "holidays" in t else [0.6, 0.8] for t in texts], np.float32)

    question = "How much time off may employees take?"
    one = passage(text)
    by_meaning = replace(found(question, one), vector=np.array([1.0, 0.0], np.float32))
    chosen = choose(question, [one], by_meaning, 1, False, embed)
    assert [c.quote for c in chosen] == ["Annual holidays last three weeks."]


def test_across_languages_only_meaning_counts() -> None:
    text = "618 was busy in 618 warehouses. Staff report a phishing link within one hour."

    def embed(texts: Sequence[str]) -> Vectors:
        return np.array([[1.0, 0.0] if "phishing" in t else [0.6, 0.8] for t in texts], np.float32)

    question = "618 期间钓鱼链接应该多久之内报告？"
    one = passage(text)
    by_meaning = replace(found(question, one), vector=np.array([1.0, 0.0], np.float32))
    chosen = choose(question, [one], by_meaning, 1, True, embed)
    assert [c.quote for c in chosen] == ["Staff report a phishing link within one hour."]


def test_the_passage_with_the_best_sentence_comes_first_whatever_its_rank() -> None:
    first = passage("The parcel client of the warehouse runs on old phones.", 1)
    second = passage("The parcel client of the warehouse runs on old laptops.", 2)
    assert quotes("Which parcel client of the warehouse runs on old laptops?", first, second) == [
        second.text,
        first.text,
    ]
