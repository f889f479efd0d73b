"""What a quote bears: words by weight, numbers exactly, yes and no apart."""

from __future__ import annotations

import pytest

from service.answering.verifying.verify import PARTIAL, SUPPORTED, check

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
    assert PARTIAL <= verdict.score < SUPPORTED


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("The return rate reached 31.5%.", QUOTE),
        ("The return rate reached 31%.", QUOTE),
        ("The return rate of live orders reached 31.4 in the first quarter.", QUOTE),
        ("The return rate of live orders reached 3.14%.", QUOTE),
        ("直播订单的退货率为 31.5%。", "直播订单的退货率为 31.4%。"),
        ("The warehouse sent 386,000 parcels.", "The warehouse sent 38,600 parcels."),
        ("The warehouse sent four thousand parcels.", "The warehouse sent 3,000 parcels."),
        ("仓库发出 3 万件包裹。", "仓库发出 3 千件包裹。"),
        ("Orders close on 19 June.", "Orders close on 18 June."),
        ("31.5%", QUOTE),
    ],
)
def test_a_number_that_no_quote_has_is_never_supported(claim: str, quote: str) -> None:
    assert check(claim, [quote]).support == "unsupported"


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


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("The warehouse sent three thousand parcels.", "The warehouse sent 3,000 parcels."),
        ("仓库发出 38.6 万件包裹。", "仓库发出 386,000 件包裹。"),
        ("Half of all orders are live.", "Of all orders 50% are live."),
        ("Orders close on June 18.", "Orders close on 18 June."),
    ],
)
def test_a_number_may_be_written_otherwise(claim: str, quote: str) -> None:
    assert check(claim, [quote]).support == "supported"


def test_numbers_alone_need_no_script() -> None:
    assert check("31.4%", ["直播订单的退货率为 31.4%。"]).support == "supported"
    assert check("31.4%", [QUOTE]).support == "supported"
    assert check("…", [QUOTE]).support == "partial"


def test_a_not_elsewhere_in_the_quotes_does_not_excuse_one_that_they_lack() -> None:
    claim = "If a claim is not approved, it is reported to the People Team."
    bearing = "A claim that is approved too late is reported to the People Team."
    for quotes in ([bearing], [bearing, "Receipts are not needed below CNY 50."]):
        verdict = check(claim, quotes)
        assert verdict.support == "unsupported"
        assert verdict.score < 0.4
    denied = "A claim that is not approved is reported to the People Team."
    assert check(claim, [bearing, denied]).support == "supported"


def test_words_that_only_look_like_a_no_deny_nothing() -> None:
    assert check("The trip is claimed by 10 May.", ["The trip is claimed no later than 10 May."]).support == "supported"
    assert check("It is a shop and a show.", ["It is not only a shop but a show."]).support == "supported"


@pytest.mark.parametrize(("cosine", "support"), [(0.9, "supported"), (0.84, "partial"), (0.75, "unsupported")])
def test_across_languages_the_cosine_decides(cosine: float, support: str) -> None:
    assert check("直播的退货率很高。", ["Many live orders are sent back."], cosine).support == support


@pytest.mark.parametrize(("cosine", "support"), [(0.84, "supported"), (0.81, "partial"), (0.75, "unsupported")])
def test_across_languages_the_same_numbers_speak_for_a_claim(cosine: float, support: str) -> None:
    assert check("第一季度直播订单的退货率为 31.4%。", [QUOTE], cosine).support == support
    assert check("订单在 6 月 18 日截止。", ["Orders close on 18 June."], cosine).support == support


def test_across_languages_a_bare_number_speaks_for_nothing() -> None:
    quote = "Live streaming was hardly noticed at the 618 of 2024."
    assert check("2024 年的 618，直播平台消失了。", [quote], 0.84).support == "partial"
    assert check("2023 年的 618，直播平台消失了。", [quote], 0.84).support == "unsupported"


def test_across_languages_a_no_on_one_side_is_the_opposite() -> None:
    verdict = check("直播订单不能退货。", ["Live orders can be sent back."], 0.87)
    assert verdict.support == "unsupported"
    assert verdict.score < 0.4
    assert check("Live orders can be sent back.", ["直播订单不能退货。"], None).support == "unsupported"
    assert check("直播订单不能退货。", ["Live orders cannot be sent back."], 0.87).support == "supported"
    assert check("他们未能到场。", ["They failed to come."], 0.87).support == "supported"


def test_across_languages_a_latin_name_that_the_quote_lacks_is_doubtful() -> None:
    quote = "Install GateLink to reach the network."
    assert check("安装 GateLink 以访问网络。", [quote], 0.88).support == "supported"
    assert check("安装 Passway 以访问网络。", [quote], 0.88).support == "partial"


def test_across_languages_numbers_stay_exact_and_no_cosine_is_half_a_proof() -> None:
    assert check("退货率为 31.5%。", [QUOTE], 0.95).support == "unsupported"
    assert check("退货率为 31.4%。", [QUOTE], None).support == "partial"
