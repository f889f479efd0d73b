"""What a quote bears: words by weight, numbers exactly, yes and no apart."""

from __future__ import annotations

import pytest

from service.answering.verify import check, numbers

QUOTE = "The return rate of live orders reached 31.4% in the first quarter."


def test_a_claim_in_the_words_of_its_quote_is_supported() -> None:
    assert check("The return rate of live orders reached 31.4%.", [QUOTE]).support == "supported"
    assert (
        check("直播订单的退货率为 31.4%。", ["第一季度直播订单的退货率为 31.4%，同期货架订单为 9.8%。"]).support
        == "supported"
    )


def test_a_claim_of_other_words_is_not() -> None:
    assert check("The canteen opens at noon on Fridays.", [QUOTE]).support == "unsupported"
    assert check("Anything at all.", []).support == "unsupported"


def test_half_of_the_words_is_partial_support() -> None:
    verdict = check("The return rate of live orders worried every board member.", [QUOTE])
    assert verdict.support == "partial"
    assert 0.4 <= verdict.score < 0.6


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("The return rate reached 31.5%.", QUOTE),
        ("The return rate reached 31%.", QUOTE),
        ("The return rate of live orders reached 31.4 in the first quarter.", QUOTE),
        ("The return rate of live orders reached 3.14%.", QUOTE),
        ("直播订单的退货率为 31.5%。", "直播订单的退货率为 31.4%。"),
        ("The warehouse sent 386,000 parcels.", "The warehouse sent 38,600 parcels."),
    ],
)
def test_a_number_that_no_quote_has_is_never_supported(claim: str, quote: str) -> None:
    assert check(claim, [quote]).support == "unsupported"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("3,000 parcels", "3000 parcels"),
        ("３１.４％", "31.4%"),
        ("5 percent", "5%"),
        ("5 per cent", "5 %"),
        ("百分之22", "22%"),
    ],
)
def test_numbers_written_otherwise_are_the_same(one: str, other: str) -> None:
    assert numbers(one) == numbers(other) != frozenset()


def test_a_share_is_not_a_count_and_a_full_stop_no_decimal() -> None:
    assert numbers("5 percent") != numbers("5")
    assert numbers("It was 2024. 3 came.") == {"2024", "3"}


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("Live rooms are a cure for weak brands.", "Live rooms are not a cure for weak brands."),
        ("Live rooms are not a cure for weak brands.", "Live rooms are a cure for weak brands."),
        ("Passwords expire every quarter.", "Passwords don't expire every quarter."),
        ("直播间能够拯救弱势品牌。", "直播间不能够拯救弱势品牌。"),
        ("直播间不能够拯救弱势品牌。", "直播间能够拯救弱势品牌。"),
    ],
)
def test_the_opposite_of_a_quote_is_not_supported(claim: str, quote: str) -> None:
    assert check(claim, [quote]).support == "unsupported"


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("Managers approve leave within two days.", "Managers approve leave within two days, but never on a Sunday."),
        ("新仓库未来会启用机器人。", "新仓库未来会启用机器人。"),
        ("Live rooms are not a cure.", "Live rooms are not a cure for weak brands."),
    ],
)
def test_a_no_that_is_about_something_else_does_not_count(claim: str, quote: str) -> None:
    assert check(claim, [quote]).support == "supported"


def test_two_quotes_bear_a_claim_together() -> None:
    claim = "The return rate reached 31.4% because shoppers found chaos in live rooms."
    assert check(claim, [QUOTE, "Shoppers found chaos in live rooms."]).support == "supported"
    assert check(claim, ["Shoppers found chaos in live rooms."]).support == "unsupported"


@pytest.mark.parametrize(("cosine", "support"), [(0.9, "supported"), (0.84, "partial"), (0.75, "unsupported")])
def test_across_languages_the_cosine_decides(cosine: float, support: str) -> None:
    assert check("直播的退货率很高。", ["Many live orders are sent back."], cosine).support == support


def test_across_languages_numbers_stay_exact_and_no_cosine_is_half_a_proof() -> None:
    assert check("退货率为 31.5%。", [QUOTE], 0.95).support == "unsupported"
    assert check("退货率为 31.4%。", [QUOTE], None).support == "partial"
