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


EXPENSES = passage(
    "An expense claim must be submitted within 30 days of the expense. Keep every receipt.\n\n"
    "Claims for December must be submitted by 10 January so that the books can be closed.\n\n"
    "Finance pays approved claims on the 10th and the 25th of each month. Travel is booked by the office.",
    1,
)
TERMS = passage(
    "GMV is the total value of all orders before returns.\n\nAn order is what a customer has paid for.\n\n"
    "Net sales are paid orders minus returns, discounts and tax.",
    4,
)


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


def test_sentences_apart_bear_a_claim_together() -> None:
    claim = "A claim must be submitted within 30 days of the expense, and claims for December by 10 January."
    cited = cite(Claim(claim, (1,)), [EXPENSES, LEAVE], nothing)
    assert cited.check.support == "supported"
    assert [q.text for q in cited.quotes] == [
        "An expense claim must be submitted within 30 days of the expense.",
        "Claims for December must be submitted by 10 January so that the books can be closed.",
    ]


def test_each_half_of_a_claim_gets_its_quote_although_one_would_do() -> None:
    claim = (
        "GMV is the total value of all orders before returns, while net sales are paid orders minus discounts and tax."
    )
    for sources in ((4,), (1, 4)):
        cited = cite(Claim(claim, sources), [EXPENSES, TERMS], nothing)
        assert [q.text[:9] for q in cited.quotes] == ["GMV is th", "Net sales"], sources
        assert cited.check.score > 0.9


def test_a_sentence_that_adds_one_word_is_not_quoted() -> None:
    claim = "Claims must be paid by Finance on the 10th and the 25th of each month."
    (quote,) = cite(Claim(claim, (1,)), [EXPENSES], nothing).quotes
    assert quote.text == "Finance pays approved claims on the 10th and the 25th of each month."


def test_a_claim_over_two_sources_is_borne_when_the_model_names_one() -> None:
    claim = "Employees have 15 days of annual leave, and the return rate of live orders reached 31.4%."
    cited = cite(Claim(claim, (2,)), SOURCES, nothing)
    assert [q.passage.number for q in cited.quotes] == [2, 1]
    assert cited.check.support == "supported"


def test_a_claim_has_three_quotes_at_most() -> None:
    many = [passage("Employees have 15 days of annual leave.", n) for n in range(1, 6)]
    cited = cite(Claim("Employees have 15 days of annual leave.", (1, 2, 3, 4, 5)), many, nothing)
    assert [q.passage.number for q in cited.quotes] == [1, 2, 3]


def test_a_claim_that_is_a_number_is_borne_in_any_language() -> None:
    chinese = passage("第一季度直播订单的退货率为 31.4%。货架订单的退货率为 9.8%。", 1)
    cited = cite(Claim("9.8%", (1,)), [chinese], nothing)
    assert [q.text for q in cited.quotes] == ["货架订单的退货率为 9.8%。"]
    assert cited.check.support == "supported"


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
        "31.5%",
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


def test_across_scripts_neighbours_are_one_quote_only_where_neither_alone_will_do() -> None:
    """The more of the two numbers a text has, the nearer it is."""

    def embed(texts: Sequence[str]) -> Vectors | None:
        return np.array([[float("31.4" in t), float("15" in t), 0.1] for t in texts], np.float32) / np.sqrt(2)

    two = passage("The return rate is 31.4%. The window is 15 days. Nobody asked.", 1)
    cited = cite(Claim("退货率为 31.4%，期限为 15 天。", (1,)), [two], embed)
    assert [q.text for q in cited.quotes] == ["The return rate is 31.4%. The window is 15 days."]
    assert cited.check.support == "supported"
    one = cite(Claim("员工有 15 天年假。", (2,)), SOURCES, lambda texts: np.ones((len(texts), 1), np.float32))
    assert [q.text for q in one.quotes] == ["Employees have 15 days of annual leave."]


def test_what_one_sentence_denies_is_not_half_true_for_what_another_says() -> None:
    who = passage(
        "The department head approves claims above CNY 3,000 and up to CNY 20,000. "
        "The chief financial officer approves claims above CNY 20,000.",
        1,
    )
    cited = cite(Claim("The chief financial officer approves claims up to CNY 20,000.", (1,)), [who], nothing)
    assert (cited.check.support, cited.quotes) == ("unsupported", ())
    cited = cite(Claim("The chief financial officer approves claims over CNY 20,000.", (1,)), [who], nothing)
    assert cited.check.support == "supported"
