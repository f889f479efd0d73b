"""Dates as articles write them, and the lines that hold a date and nothing else."""

from __future__ import annotations

import re
from datetime import date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})[a-z]{{0,6}}\.?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_DATES = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"(?<!\d){_YEAR} ?[-/.年] ?(?P<number>\d{{1,2}}) ?[-/.月] ?(?P<day>\d{{1,2}})(?!\d) ?日?",
        rf"\b{_MONTH} {_DAY},? {_YEAR}\b",
        rf"\b{_DAY} {_MONTH},? {_YEAR}\b",
        r"(?P<year>[〇○零一二三四五六七八九]{4})年(?P<number>[一二三四五六七八九十]{1,2})月(?P<day>[一二三四五六七八九十]{1,3})日",
    )
)
_TIME = re.compile(
    r"(?:\bat |T)?(?<!\d)\d{1,2}:\d\d(?::\d\d)?(?:\.\d+)?(?: ?[ap]\.?m\.?)?(?:Z| ?[+-]\d\d:?\d\d)?"
    r"(?: ?(?:GMT|UTC|[ECMP][SD]T|BST|CET|CEST)\b)?",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"(?<![^\W\d_])(?:(?:first |last )?(?:published|posted|updated|modified|date)(?: on\b)?"
    r"|发[布表](?:时间|日期|于)|更新(?:时间|日期|于)|时间|日期)(?![^\W\d_]) ?[:：]? ?",
    re.IGNORECASE,
)
_UPDATED = re.compile(r"updated|modified|更新", re.IGNORECASE)
_BESIDE = re.compile(
    r"来源 ?[:：/|｜] ?[^\s|｜，。]+|(?:Source|Via): [\w .]{1,40}|星期[一二三四五六日天]|[阅浏][读览][量数]?[:： ]*\d+"
    r"|\b(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?\b",
    re.IGNORECASE,
)
_NUMERALS = "〇一二三四五六七八九"
_LONGEST = 80


def iso_date(text: str) -> str | None:
    """The first calendar date in `text` as YYYY-MM-DD; "06/07/2024" is nobody's certain date and no match."""
    found = [match for form in _DATES for match in form.finditer(text)]
    return next((iso for match in sorted(found, key=re.Match.start) if (iso := _iso(match))), None)


def without_dates(text: str) -> str:
    """`text` without its dates, times and the words that announce them."""
    rest = text
    for form in _DATES:
        rest = form.sub(" ", rest)
    return text if rest == text else _LABEL.sub(" ", _TIME.sub(" ", rest))


def is_dateline(text: str) -> bool:
    """Whether a line holds a date, perhaps a time and a source, and nothing else: no sentence."""
    if len(text) > _LONGEST or (rest := without_dates(text)) == text:
        return False
    return not any(map(str.isalnum, _BESIDE.sub(" ", rest)))


def is_update(text: str) -> bool:
    """Whether the date in this line is when the article was changed, not when it appeared."""
    return _UPDATED.search(text) is not None


def _iso(match: re.Match[str]) -> str | None:
    parts = match.groupdict()
    named = parts.get("month")
    month = _MONTHS.index(named.lower()) + 1 if named else _number(parts["number"])
    try:
        return date(_number(parts["year"]), month, _number(parts["day"])).isoformat()
    except ValueError:
        return None


def _number(text: str) -> int:
    if text.isascii():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    if ten:
        return 10 * (_NUMERALS.index(tens) if tens else 1) + (_NUMERALS.index(ones) if ones else 0)
    return int("".join(str(_NUMERALS.index("〇" if c in "○零" else c)) for c in text))
