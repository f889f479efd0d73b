"""Two sentences that say different things of the same, and many that do not."""

from __future__ import annotations

import pytest

from service.answering.disagreement import difference, may_differ

RETURNS = "A customer may return a live-stream purchase within {} of delivery."


@pytest.mark.parametrize(
    ("one", "other", "kind", "values"),
    [
        (RETURNS.format("7 days"), RETURNS.format("15 days"), "number", ("7", "15")),
        (RETURNS.format("seven days"), RETURNS.format("at most 15 days"), "number", ("7", "15")),
        ("直播订单可以在签收后 7 天内退货。", "直播订单可以在签收后十五天内退货。", "number", ("7", "15")),
        ("2023 年公司的总营收增长了 2.3%。", "2023 年公司的总营收增长了 12.3%。", "number", ("2.3%", "12.3%")),
        (
            "The new warehouse in Wuhan opened on 3 May 2021.",
            "The new warehouse in Wuhan opened on May 5, 2021.",
            "date",
            ("2021/5/3", "2021/5/5"),
        ),
        ("武汉的新仓库于2021年5月3日启用。", "武汉的新仓库于2021年6月3日启用。", "date", ("2021/5/3", "2021/6/3")),
        (
            "The head of the Wuhan warehouse is Anna Berg.",
            "The head of the Wuhan warehouse is Li Wei.",
            "name",
            ("Anna Berg", "Li Wei"),
        ),
        ("武汉仓库的现任负责人是王小明。", "武汉仓库的现任负责人是李伟。", "name", ("王小明", "李伟")),
        ("Private computers may use the VPN.", "Private computers may not use the VPN.", "negation", ("", "not")),
        ("私人电脑可以连接公司的内部网络。", "私人电脑不可以连接公司的内部网络。", "negation", ("", "不")),
    ],
)
def test_one_thing_that_differs_is_found(one: str, other: str, kind: str, values: tuple[str, str]) -> None:
    found = difference(one, other)
    assert found is not None
    assert (found.kind, (found.one, found.other)) == (kind, values)
    back = difference(other, one)
    assert back is not None
    assert (back.kind, (back.other, back.one)) == (kind, values)


def test_what_is_shared_says_what_it_is_about() -> None:
    found = difference(RETURNS.format("7 days"), RETURNS.format("15 days"))
    assert found is not None
    assert found.shared == "A customer may return a live-stream purchase within … days of delivery"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (RETURNS.format("7 days"), RETURNS.format("7 days")),
        (RETURNS.format("7 days"), RETURNS.format("seven days")),
        ("It opened in Wuhan on 3 May 2021 after a delay.", "It opened in Wuhan on May 3, 2021 after a delay."),
        (RETURNS.format("7 days"), "A customer may return an ordinary web-shop purchase within 14 days of delivery."),
        ("Sales of the shop reached 5 million in 2021.", "Sales of the shop reached 7 million in 2022."),
        ("2021 年公司的总营收增长了 2.3%。", "2022 年公司的总营收增长了 12.3%。"),
        ("In Germany the shop sold 300 sofas in spring.", "In France the shop sold 500 sofas in spring."),
        ("昆山仓承担了 52% 的发货量。", "东莞仓承担了 31% 的发货量。"),
        ("The warranty on furniture is two years.", "The warranty on small appliances is one year."),
        ("Each session lasts two hours in summer.", "Each session lasts 30 minutes in summer."),
        ("Staff get 15 days of leave after six years.", "New staff get 10 days of leave after six years."),
        ("It cost 5 euros.", "It cost 7 euros."),
        ("Traffic has peaked.", "The board bought a zeppelin."),
        ("", "…"),
    ],
)
def test_other_things_times_places_and_words_are_no_disagreement(one: str, other: str) -> None:
    assert difference(one, other) is None
    assert difference(other, one) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (RETURNS.format("7 days"), RETURNS.format("fifteen days").upper()),
        (RETURNS.format("seven days"), RETURNS.format("１５ days")),
        ("直播订单可以在签收后 7 天内退货。", "直播订单可以在签收后十五天内退货。"),
        ("The new warehouse in Wuhan opened on 3 May 2021.", "The new warehouse in Wuhan opened on May 5, 2021."),
    ],
)
def test_a_text_is_passed_over_unless_a_sentence_of_it_may_differ(one: str, other: str) -> None:
    assert difference(one, other) is not None
    assert may_differ(one, f"Parking is free. {other} Nothing else is said.")
    assert not may_differ(one, "Parking of visitors is free in the evening and on Sundays. 访客停车免费。")
