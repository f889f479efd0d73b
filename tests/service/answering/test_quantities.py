"""Numbers and dates, however they are written."""

from __future__ import annotations

import pytest

from service.answering.quantities import in_digits, measured, numbers, numbers_borne


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("3,000 parcels", "3000 parcels"),
        ("３１.４％", "31.4%"),
        ("5 percent", "5%"),
        ("5 per cent", "5 %"),
        ("five percent", "5%"),
        ("百分之22", "22%"),
        ("百分之二十二点五", "22.5%"),
        ("three thousand parcels", "3,000 件"),
        ("3 千件", "三千件"),
        ("38.6 万件", "386,000 parcels"),
        ("当天，38.6 万件", "386,000 parcels"),
        ("1.2 million", "一百二十万"),
        ("a hundred people", "100 people"),
        ("two hundred and five", "205"),
        ("twenty-one days", "二十一天"),
        ("half of all orders", "50% 的订单"),
        ("一半的订单", "五成的订单"),
        ("两天", "two days"),
        ("二〇二四年", "2024"),
        ("20 世纪 30 年代", "the 1930s"),
        ("18 June", "6月18日"),
        ("June 18th", "6 月 18 号"),
        ("18 Jun 2024", "2024-06-18"),
        ("from 18 to 20 June", "6月18日至20日"),
        ("十一月一日", "1 November"),
        ("June 2024", "2024 年 6 月"),
    ],
)
def test_numbers_written_otherwise_are_the_same(one: str, other: str) -> None:
    assert numbers(one) == numbers(other) != frozenset()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("5 percent", "5"),
        ("3 千件", "3 件"),
        ("38.6 万", "38.6"),
        ("three thousand", "three"),
        ("18 June", "18 July"),
        ("6月18日", "6月19日"),
        ("6 个月", "6 月"),
        ("3 千克", "3 千"),
        ("2.1", "2.10"),
    ],
)
def test_other_numbers_stay_apart(one: str, other: str) -> None:
    assert not numbers(one) <= numbers_borne(other)
    assert not numbers(other) <= numbers_borne(one)


@pytest.mark.parametrize(
    "text",
    (
        *("One of them, at once.", "several hundred people", "He may march.", "the second half of the year"),
        *("half an hour", "一些个别情况", "万一", "千万不要", "十分重要", "三四天", "成为", "第三季度", "星期三天气好"),
        "一成不变",
    ),
)
def test_words_that_are_no_numbers_are_none(text: str) -> None:
    assert numbers(text) == frozenset()
    assert in_digits(text) == text


def test_a_full_stop_is_no_decimal() -> None:
    assert numbers("It was 2024. 3 came.") == {"2024", "3"}


def test_a_date_bears_its_day_and_month_but_a_day_bears_no_date() -> None:
    assert numbers("on the 18th") <= numbers_borne("on 18 June")
    assert numbers("6 月") <= numbers_borne("on 18 June")
    assert not numbers("on 18 June") <= numbers_borne("on the 18th")


def test_number_words_in_passing_bear_a_number_and_ask_for_none() -> None:
    assert numbers("1 次") <= numbers_borne("once")
    assert numbers("2 支球队") <= numbers_borne("both teams")
    assert numbers("2 个季度") <= numbers_borne("第二季度")
    assert numbers("both teams, once") == frozenset()
    assert "1" not in numbers_borne("No one waits for one of them, and 一般 waits 3 days.")


def test_what_has_a_unit_is_told_from_names_and_years() -> None:
    text = "2024 年 618 期间，三天内共发出 38.6 万件包裹，退货率 9.8%，6 月 18 日最多。"
    assert measured(text) == {"3", "386000", "9.8%", "6/18"}
