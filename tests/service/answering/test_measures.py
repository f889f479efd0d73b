from __future__ import annotations

import pytest

from service.answering.measures import measures


@pytest.mark.parametrize(
    ("english", "chinese", "expected"),
    [
        ("within 7 days of delivery", "签收后 7 天内", {"day": {"7"}}),
        ("three working days", "三个工作日", {"working day": {"3"}}),
        ("it takes 48 hours", "48 小时内发货", {"hour": {"48"}}),
        ("31.4% of orders", "订单的 31.4%", {"%": {"31.4"}}),
        ("a fee of CNY 1,200", "费用 1,200 元", {"money": {"1200"}}),
        ("460 workers", "460 名", {"people": {"460"}}),
    ],
)
def test_units_are_the_same_in_both_languages(english: str, chinese: str, expected: dict[str, set[str]]) -> None:
    assert measures(english) == expected
    assert measures(chinese) == expected


@pytest.mark.parametrize("text", ["on 7 May 2024", "2024 年 6 月 18 日", "the 618 festival", ""])
def test_dates_and_bare_numbers_measure_nothing(text: str) -> None:
    assert measures(text) == {}
