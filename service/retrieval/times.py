"""Time in a question: "last week", "this 618", "今年", "in June 2023" as days, and how near an article's date comes."""

from __future__ import annotations

import math
import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_YEAR = r"(?P<year>(?:19|20)\d\d)"
# In order: the first that matches a piece of the question takes it.
_EXACT = (
    re.compile(rf"\b{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+{_YEAR}\b", re.IGNORECASE),
    re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH},?\s+{_YEAR}\b", re.IGNORECASE),
    re.compile(rf"(?<!\d){_YEAR}-(?P<month>\d\d)-(?P<day>\d\d)(?!\d)"),
    re.compile(rf"(?<!\d){_YEAR}\s*年\s*(?P<month>\d{{1,2}})\s*月\s*(?P<day>\d{{1,2}})\s*[日号]"),
    re.compile(rf"\b{_MONTH},?\s+{_YEAR}\b", re.IGNORECASE),
    re.compile(rf"(?<!\d){_YEAR}\s*年\s*(?P<month>\d{{1,2}})\s*月"),
    re.compile(rf"(?<![\d.,]){_YEAR}(?![\d.,]\d|\d)"),
)
# A quarter of a year past its end, what is written about a year is still about that year.
_AFTER_A_YEAR = 90
# Days in which nearness falls to a third, at most: half a year past its end, little is about a year any more.
_WIDEST = 60


@dataclass(frozen=True, slots=True)
class Period:
    """The days a question is about, both included; `exact` where it names them, `open` where newer is better."""

    start: date
    end: date
    exact: bool = False
    open: bool = False

    def nearness(self, published_at: str | None) -> float:
        """1 for an article of these days, less the further it lies off; .3 for one without a date."""
        day = day_of(published_at)
        if day is None:
            return 0.3
        if self.open:
            return math.exp(-max((self.end - day).days, 0) / 365)
        length = (self.end - self.start).days + 1
        slack = _AFTER_A_YEAR if length > 300 else 3 if length < 40 else 15
        off = max((self.start - day).days, (day - self.end).days - slack, 0)
        return math.exp(-off / min(max(length, 7), _WIDEST))


def period_of(question: str, asked_on: str | None = None) -> Period | None:
    """What time a question is about, read on the day it is asked (today by default); None for timeless ones.

    Named days win over relative ones. Where several are named, none is preferred. A festival narrows its year.
    """
    exact = named_periods(question)
    if len(exact) > 1:
        return None
    today = day_of(asked_on) or date.today()
    try:
        found = _festival(question, exact[0] if exact else None, today)
        if found is not None or exact:
            return found or exact[0]
        month = _month_of_a_year(question, today)
        if month is not None:
            return month
        return next((reading(today) for pattern, reading in _RELATIVE if pattern.search(question)), None)
    except (OverflowError, ValueError):  # before the first year
        return None


def named_periods(question: str) -> list[Period]:
    """The days, months and years that a question names, each once."""
    found: dict[tuple[date, date], Period] = {}
    left = question
    for pattern in _EXACT:
        for match in pattern.finditer(left):
            parts = match.groupdict()
            period = _named(int(parts["year"]), parts.get("month"), parts.get("day"))
            if period is not None:
                found[period.start, period.end] = period
        left = pattern.sub(lambda m: " " * len(m[0]), left)
    return list(found.values())


def _named(year: int, month: str | None, day: str | None) -> Period | None:
    if month is None:
        return Period(date(year, 1, 1), date(year, 12, 31), exact=True)
    number = int(month) if month.isdigit() else 1 + _MONTHS.index(month[:3].lower())
    try:
        if day is not None:
            return Period(date(year, number, int(day)), date(year, number, int(day)), exact=True)
        return Period(date(year, number, 1), date(year, number, monthrange(year, number)[1]), exact=True)
    except ValueError:  # 31 February, month 13
        return None


def day_of(text: str | None) -> date | None:
    """The day of an ISO date or time; None where there is none."""
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


def _days(first: int, last: int) -> Callable[[date], Period]:
    """A span of days before the question's own."""
    return lambda today: Period(today - timedelta(first), today - timedelta(last))


def _year(back: int) -> Callable[[date], Period]:
    return lambda today: Period(date(today.year - back, 1, 1), min(date(today.year - back, 12, 31), today))


def _month(back: int) -> Callable[[date], Period]:
    def reading(today: date) -> Period:
        year, month = divmod(today.year * 12 + today.month - 1 - back, 12)
        last = date(year, month + 1, monthrange(year, month + 1)[1])
        return Period(date(year, month + 1, 1), min(last, today))

    return reading


def _newest(today: date) -> Period:
    return Period(date.min, today, open=True)


def _month_of_a_year(question: str, today: date) -> Period | None:
    """今年3月, March last year; None where no month stands beside the year, or it is yet to come."""
    match = next((m for pattern in _MONTHS_SAID if (m := pattern.search(question))), None)
    if match is None:
        return None
    back = next((back for said, back in _YEARS_SAID if said.search(match["said"])), 0)
    period = _named(today.year - back, match["month"], None)
    return Period(period.start, min(period.end, today)) if period is not None and period.start <= today else None


def _festival(question: str, named: Period | None, today: date) -> Period | None:
    """The weeks around the festival that is asked about, in the year that is said beside it; None where none is."""
    asked = [festival for festival in _FESTIVALS if festival[0].search(question)]
    if len(asked) != 1:
        return None
    pattern, month, day = asked[0]
    if named is not None:
        whole = named.start.month == 1 and named.end.month == 12
        return _season(named.start.year, month, day, exact=True) if whole else None
    for said, back in _YEARS_SAID:
        if said.search(question):
            return _season(today.year - back, month, day)
    season = _season(today.year, month, day)
    if re.search(rf"{_THE_LAST}(?:{pattern.pattern})", question, re.IGNORECASE):
        return season if season.end < today else _season(today.year - 1, month, day)
    if _THIS_YEAR.search(question) or re.search(rf"{_THIS}(?:{pattern.pattern})", question, re.IGNORECASE):
        # Little is written yet of one that is to come: the one before may be meant.
        start = season.start if season.start <= today else _season(today.year - 1, month, day).start
        return Period(start, min(season.end, today))
    return None


def _season(year: int, month: int, day: int, exact: bool = False) -> Period:
    """Sales begin some weeks before the day, and are summed up after it."""
    return Period(date(year, month, day) - timedelta(29), date(year, month, day) + timedelta(12), exact)


def _said(english: str, chinese: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{english})\b|{chinese}", re.IGNORECASE)


_FESTIVALS = (
    (re.compile(r"(?<![\d.])6[.·]?18(?![\d.%])"), 6, 18),
    (re.compile(r"双\s*(?:11|十一)|\bdouble (?:11|eleven)\b|\bsingles[’']? day\b|光棍节", re.IGNORECASE), 11, 11),
    (re.compile(r"双\s*(?:12|十二)|\bdouble (?:12|twelve)\b", re.IGNORECASE), 12, 12),
    (re.compile(r"\bblack friday\b|黑五|黑色星期五", re.IGNORECASE), 11, 26),
    (re.compile(r"\bchristmas\b|圣诞", re.IGNORECASE), 12, 25),
)
_YEARS_SAID = ((_said("year before last", "前年"), 2), (_said("last year|previous year", "去年|上一年"), 1))
_MONTHS_SAID = (
    re.compile(r"(?P<said>今年|去年|前年)的?\s*(?P<month>\d{1,2})\s*月"),
    re.compile(rf"\b{_MONTH},?\s+(?:of\s+)?(?P<said>(?:this|last) year|(?:the )?year before last)\b", re.IGNORECASE),
)
_THIS_YEAR = _said("this year", "今年|本年")
_THIS = r"(?:\bthis\s+|[这本][次个届]?的?\s*)"
_THE_LAST = r"(?:\b(?:last|previous)\s+|上一?[次个届]的?\s*)"
# Nobody counts weeks from Monday alone: "this week" on a Monday is about the days before it as well.
_RELATIVE: tuple[tuple[re.Pattern[str], Callable[[date], Period]], ...] = (
    (_said("day before yesterday", "前天"), _days(2, 2)),
    (_said("yesterday|last night", "昨天|昨日|昨晚"), _days(1, 1)),
    (_said("today|tonight|this morning", "今天|今日|今晚|今早"), _days(0, 0)),
    (_said("last week|past week|previous week|last weekend", "上周|上星期|上个星期|上礼拜|过去一周"), _days(14, 5)),
    (_said("this week|this weekend|past few days", "本周|这周|这星期|这个星期|这一周|近几天|这几天"), _days(7, 0)),
    (_said("last month|previous month", "上个月|上月"), _month(1)),
    (_said("this month", "本月|这个月|当月"), _month(0)),
    (_said("year before last", "前年"), _year(2)),
    (_said("last year|previous year", "去年|上一年"), _year(1)),
    (
        _said(
            "this (?:year|season|spring|summer|autumn|fall|winter|quarter|festival)",
            "今年|本年度|本年|今夏|今春|今秋|今冬|本届|本季度",
        ),
        _year(0),
    ),
    (
        _said(
            "latest|newest|most recent(?:ly)?|recently|currently|nowadays|right now|at present|up to date",
            "最新|最近|近期|目前|现在|当前|现行|如今",
        ),
        _newest,
    ),
)
