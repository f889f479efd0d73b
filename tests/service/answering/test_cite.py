"""A model's numbers become exact quotes, the right ones, or nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ingest.embedding import Vectors
from service.answering.cite import cite
from service.answering.markers import Claim
from tests.fakes.evidence import passage

RETURNS = passage(
    "Live streaming was everywhere. The return rate of live orders reached 31.4% in the first quarter. "
    "Shoppers found chaos in live rooms.",
    1,
)
LEAVE = passage("Employees have 15 days of annual leave. Leave that is not taken by 31 March expires.", 2)
SOURCES = [RETURNS, LEAVE]


def nothing(_texts: Sequence[str]) -> Vectors | None:
    return None


def test_the_sentence_that_bears_a_claim_is_quoted_exactly() -> None:
    cited = cite(Claim("The return rate of live orders was 31.4%.", (1,)), SOURCES, nothing)
    assert [q.text for q in cited.quotes] == ["The return rate of live orders reached 31.4% in the first quarter."]
    assert cited.check.support == "supported"
    for quote in cited.quotes:
        assert quote.passage.article.text[quote.start : quote.end] == quote.text


def test_two_neighbouring_sentences_are_one_quote_where_one_is_not_enough() -> None:
    claim = "Live orders had a return rate of 31.4% as shoppers found chaos in live rooms."
    (quote,) = cite(Claim(claim, (1,)), SOURCES, nothing).quotes
    assert quote.text == (
        "The return rate of live orders reached 31.4% in the first quarter. Shoppers found chaos in live rooms."
    )


def test_a_claim_with_two_sources_gets_a_quote_from_each_that_bears_it() -> None:
    other = passage("In the first quarter the return rate of live orders reached 31.4%.", 3)
    claim = Claim("The return rate of live orders reached 31.4%.", (1, 2, 3))
    cited = cite(claim, [*SOURCES, other], nothing)
    assert [q.passage.number for q in cited.quotes] == [1, 3]


def test_a_wrong_number_is_corrected() -> None:
    for wrong in ((2,), (7,), (), (2, 9)):
        cited = cite(Claim("The return rate of live orders reached 31.4%.", wrong), SOURCES, nothing)
        assert [q.passage.number for q in cited.quotes] == [1], wrong
        assert cited.check.support == "supported"


def test_what_no_source_bears_gets_no_quote() -> None:
    for invented in (
        "The canteen opens at noon.",
        "The return rate of live orders reached 41.3%.",
        "Employees have 20 days of annual leave.",
        "Leave that is not taken by 31 March never expires.",
    ):
        cited = cite(Claim(invented, (1, 2)), SOURCES, nothing)
        assert (cited.quotes, cited.check.support) == ((), "unsupported"), invented


def test_no_evidence_no_quote() -> None:
    cited = cite(Claim("Anything.", (1,)), [], nothing)
    assert (cited.quotes, cited.check.support) == ((), "unsupported")
    assert cite(Claim("Anything.", (1,)), [passage("…", 1)], nothing).quotes == ()


def test_within_one_script_nothing_is_embedded() -> None:
    asked: list[Sequence[str]] = []

    def counting(texts: Sequence[str]) -> Vectors | None:
        asked.append(texts)
        return None

    cite(Claim("Employees have 15 days of annual leave.", (2,)), SOURCES, counting)
    assert asked == []


def test_across_scripts_meaning_chooses_the_quote() -> None:
    """Texts of the same first digit mean the same here."""

    def embed(texts: Sequence[str]) -> Vectors | None:
        vectors = np.zeros((len(texts), 2), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            row[0 if "15" in text else 1] = 1
        return vectors

    cited = cite(Claim("员工有 15 天年假。", (1,)), SOURCES, embed)
    assert [q.text for q in cited.quotes] == ["Employees have 15 days of annual leave."]
    assert cited.check.support == "supported"
    assert cite(Claim("员工有 16 天年假。", (2,)), SOURCES, embed).check.support == "unsupported"
