from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.retrieval.times import Period, day_of, named_periods, period_of

ASKED = "2024-06-20"


@pytest.mark.parametrize(
    ("question", "within", "outside"),
    [
        ("What closed this week?", "2024-06-18", "2024-05-20"),
        ("本周有什么变化？", "2024-06-18", "2024-05-20"),
        ("What closed last week?", "2024-06-12", "2024-05-12"),
        ("上周发生了什么？", "2024-06-12", "2024-05-12"),
        ("What happened yesterday?", "2024-06-19", "2024-06-01"),
        ("昨天发生了什么？", "2024-06-19", "2024-06-01"),
        ("What was decided last month?", "2024-05-02", "2024-06-25"),
        ("上个月决定了什么？", "2024-05-31", "2024-03-31"),
        ("What has changed so far this year?", "2024-01-02", "2023-08-01"),
        ("今年退货率是多少？", "2024-01-02", "2023-08-01"),
        ("What did we earn last year?", "2023-01-01", "2022-12-01"),
        ("What did we earn in March this year?", "2024-03-05", "2024-06-19"),
        ("What did we earn in March of last year?", "2023-03-05", "2023-06-19"),
        ("今年3月的退货率是多少？", "2024-03-31", "2024-06-19"),
        ("去年 3 月的退货率是多少？", "2023-03-31", "2023-06-19"),
        ("今年9月有什么计划？", "2024-05-05", "2023-05-05"),  # yet to come: what is written this year
        ("去年的营收是多少？", "2023-12-31", "2022-12-01"),
        ("前年的营收是多少？", "2022-05-05", "2024-05-05"),
        ("What opened in March 2023?", "2023-03-31", "2023-06-01"),
        ("2023年3月开了哪些店？", "2023-03-01", "2023-01-01"),
        ("What happened on 5 March 2023?", "2023-03-05", "2023-04-05"),
        ("What happened on March 5th, 2023?", "2023-03-05", "2023-02-05"),
        ("2023 年 3 月 5 日发生了什么？", "2023-03-05", "2023-04-05"),
        ("Which vans were sold in 2022?", "2022-07-01", "2021-07-01"),
    ],
)
def test_articles_of_the_time_that_is_asked_about_are_nearest(question: str, within: str, outside: str) -> None:
    period = period_of(question, ASKED)
    assert period is not None
    assert period.nearness(within) == 1
    assert period.nearness(outside) < period.nearness(within)


@pytest.mark.parametrize(
    "question",
    [
        "Why is live streaming invisible this 618?",
        "Why was live streaming invisible at this year's 618?",
        "How did 618 go this year?",
        "今年618为什么看不见直播了？",
        "618今年为什么看不见直播了？",
        "这次的 618 为什么没有直播？",
        "今年6·18的退货率是多少？",
    ],
)
@pytest.mark.parametrize("asked_on", ["2024-06-03", "2024-06-20", "2024-09-01", "2024-12-31"])
def test_this_618_is_june_of_the_year_in_which_it_is_asked(question: str, asked_on: str) -> None:
    period = period_of(question, asked_on)
    assert period is not None
    assert period.nearness("2024-06-03") == 1
    assert all(period.nearness(far) < 0.5 for far in ("2024-02-01", "2023-06-18", "2022-06-18"))


@pytest.mark.parametrize("question", ["How will live rooms do this 618?", "今年618直播会怎样？"])
def test_before_it_comes_this_618_may_be_the_last_one(question: str) -> None:
    period = period_of(question, "2024-03-01")
    assert period is not None
    assert period.nearness("2023-06-18") == period.nearness("2024-02-28") == 1
    assert period.nearness("2022-06-18") < 0.5


@pytest.mark.parametrize(
    ("question", "asked_on", "day"),
    [
        ("今年双11的销售额是多少？", "2024-12-05", date(2024, 11, 11)),
        ("这个双十一有什么不同？", "2024-11-20", date(2024, 11, 11)),
        ("What did we sell this Double 11?", "2024-12-05", date(2024, 11, 11)),
        ("What did we sell on Singles' Day this year?", "2024-12-05", date(2024, 11, 11)),
        ("去年双十一的销售额是多少？", "2024-06-20", date(2023, 11, 11)),
        ("上一个双11的销售额是多少？", "2024-06-20", date(2023, 11, 11)),
        ("How was last Double 11?", "2024-12-20", date(2024, 11, 11)),
        ("What did we sell at 618 last year?", "2024-03-01", date(2023, 6, 18)),
        ("How did the 618 of 2022 go?", "2024-06-20", date(2022, 6, 18)),
        ("2022年618的退货率", "2024-06-20", date(2022, 6, 18)),
    ],
)
def test_a_festival_is_a_few_weeks_of_its_year(question: str, asked_on: str, day: date) -> None:
    period = period_of(question, asked_on)
    assert period is not None
    assert period.start <= day <= period.end
    assert (period.end - period.start).days < 60


@pytest.mark.parametrize(
    "question",
    [
        "Which parcels weigh 1618 grams this year?",
        "今年有 61800 个包裹吗？",
        "Which was bigger this year, 618 or Double 11?",
    ],
)
def test_a_number_that_holds_618_and_two_festivals_leave_the_year_whole(question: str) -> None:
    assert period_of(question, ASKED) == Period(date(2024, 1, 1), date(2024, 6, 20))


@pytest.mark.parametrize(
    "question",
    [
        "How many days of leave are there?",
        "员工有几天年假？",
        "",
        "What is 618?",
        "From 2021 to 2023, what changed?",
        "2021年和2022年的营收",
    ],
)
def test_a_question_without_a_time_or_with_several_prefers_none(question: str) -> None:
    assert period_of(question, ASKED) is None


@pytest.mark.parametrize("question", ["What is the latest rule on leave?", "最新的年假规定是什么？"])
def test_where_now_is_asked_newer_is_nearer(question: str) -> None:
    period = period_of(question, ASKED)
    assert period is not None
    days = ["2018-01-01", "2023-01-01", "2024-06-01", "2024-06-20"]
    near = [period.nearness(day) for day in days]
    assert near == sorted(near)
    assert len(set(near)) == len(near)


@pytest.mark.parametrize(
    ("question", "asked_on", "start", "end"),
    [
        ("last month", "2024-03-31", "2024-02-01", "2024-02-29"),
        ("上个月", "2023-03-31", "2023-02-01", "2023-02-28"),
        ("last month", "2024-01-15", "2023-12-01", "2023-12-31"),
        ("yesterday", "2024-03-01", "2024-02-29", "2024-02-29"),
        ("昨天", "2024-01-01", "2023-12-31", "2023-12-31"),
        ("last year", "2024-02-29", "2023-01-01", "2023-12-31"),
        ("去年", "2024-01-01", "2023-01-01", "2023-12-31"),
        ("this year", "2024-12-31", "2024-01-01", "2024-12-31"),
        ("今年", "2024-01-01", "2024-01-01", "2024-01-01"),
        ("in February 2024", "2024-06-20", "2024-02-01", "2024-02-29"),
        ("2023年2月", "2024-06-20", "2023-02-01", "2023-02-28"),
        ("on 29 February 2024", "2024-06-20", "2024-02-29", "2024-02-29"),
    ],
)
def test_leap_years_and_the_ends_of_years(question: str, asked_on: str, start: str, end: str) -> None:
    period = period_of(question, asked_on)
    assert period is not None
    assert (period.start.isoformat(), period.end.isoformat()) == (start, end)


@pytest.mark.parametrize("question", ["on 31 February 2024", "2023年13月", "2023-02-29"])
def test_days_that_do_not_exist_are_not_read(question: str) -> None:
    assert [p for p in named_periods(question) if p.start == p.end] == []


@pytest.mark.parametrize("asked_on", ["yesterday", "2024-02-30", "", "20th of June"])
def test_a_day_that_cannot_be_read_is_today(asked_on: str) -> None:
    before = date.today()
    period = period_of("today", asked_on)
    assert period is not None
    assert before <= period.start <= date.today()


def test_nothing_lies_before_the_first_year() -> None:
    assert period_of("What happened last year?", "0001-02-03") is None
    assert period_of("上周", "0001-01-03") is None
    assert period_of("去年618", "0001-01-03") is None


def test_an_article_without_a_readable_date_is_neither_near_nor_far() -> None:
    for question in ("this week", "latest", "in 2023"):
        period = period_of(question, ASKED)
        assert period is not None
        assert period.nearness(None) == period.nearness("soon") == period.nearness("")
        assert period.nearness("1950-01-01") < period.nearness(None) < period.nearness(period.end.isoformat())


def test_months_past_its_end_little_is_about_a_year() -> None:
    period = period_of("What happened in 2022?", ASKED)
    assert period is not None
    assert period.nearness("2023-02-01") == 1  # summed up in the first months after it
    assert period.nearness("2023-09-01") < 0.3


def test_a_time_of_day_does_not_matter() -> None:
    assert day_of("2024-06-20T23:59:00+08:00") == date(2024, 6, 20)


days = st.dates(date(1990, 1, 1), date(2060, 12, 31))
questions = st.sampled_from(
    [
        "this week",
        "上周",
        "this month",
        "去年",
        "this 618",
        "今年双11",
        "上个618",
        "latest",
        "in March 2023",
        "2023年",
        "昨天",
    ]
)


@given(questions, days, st.integers(0, 3000), st.integers(0, 3000))
def test_nearness_falls_with_the_distance_on_either_side(question: str, asked: date, one: int, more: int) -> None:
    period = period_of(question, asked.isoformat())
    assert period is not None
    for edge, way in ((period.start, -1), (period.end, 1)):
        if edge.year < 100:
            continue  # open: there is no earlier side
        near, far = (period.nearness((edge + timedelta(way * d)).isoformat()) for d in (one, one + more))
        assert 0 <= far <= near <= 1
    assert period.nearness(period.end.isoformat()) == 1


@given(st.text(max_size=40), days)
def test_any_text_is_read_the_same_way_twice_and_never_reaches_past_the_day(text: str, asked: date) -> None:
    period = period_of(text, asked.isoformat())
    assert period == period_of(text, asked.isoformat())
    assert period is None or period.start <= period.end
    assert period is None or period.exact or period.end <= asked
