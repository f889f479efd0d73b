"""What a sentence measures, by unit, so that sentences in two languages can be compared."""

from __future__ import annotations

import re

from service.answering.quantities import in_digits

_UNITS = {
    "day": r"(?:calendar |natural |full )?days?\b|个?(?:自然|日历)?[天日](?!本)",
    "working day": r"(?:working|business|work) days?\b|个?工作日",
    "hour": r"hours?\b|个?小时",
    "minute": r"minutes?\b|分钟",
    "week": r"weeks?\b|周|个?星期",
    "month": r"months?\b|个月",
    "year": r"years?\b|年(?!\s?\d)",
    "%": r"[%％]|per\s?cent\b",
    "money": r"(?:yuan|rmb|cny)\b|元",
    "people": r"(?:people|persons?|employees|workers|staff)\b|[名人位]",
    "times": r"times\b|次",
    "items": r"(?:parcels|items|pieces|packages)\b|件",
}
_MEASURES = {
    unit: re.compile(rf"(?<![\d.,月])(\d+(?:,\d{{3}})*(?:\.\d+)?)[\s-]?(?:{words})", re.IGNORECASE)
    for unit, words in _UNITS.items()
}
_MONEY_BEFORE = re.compile(r"(?:\b(?:CNY|RMB)|[¥￥])\s?(\d+(?:,\d{3})*(?:\.\d+)?)", re.IGNORECASE)
_MONTH_DAY = re.compile(r"\d{1,2}\s?月\s?\d{1,2}\s?[日号]|\d{4}\s?年")


def measures(text: str) -> dict[str, frozenset[str]]:
    """The numbers of a text by the unit they stand with; dates are none."""
    whole = _MONTH_DAY.sub(" ", in_digits(text))
    found = {unit: {m[1].replace(",", "") for m in pattern.finditer(whole)} for unit, pattern in _MEASURES.items()}
    found["money"] |= {m[1].replace(",", "") for m in _MONEY_BEFORE.finditer(whole)}
    return {unit: frozenset(numbers) for unit, numbers in found.items() if numbers}
