"""Which side of a number is spoken of: "up to 20,000" and "above 20,000" have one number and no claim in common."""

from __future__ import annotations

import re
from functools import lru_cache

from service.answering.quantities import in_digits

# Between a bound and its number: a verb of Chinese, a currency.
_MONEY = r"[\u4e00-\u9fff]{0,3}?\s?(?:(?:CNY|RMB|USD|EUR|GBP)\s?|[$¥￥€£]\s?)?"
_NUMBER = r"(\d+(?:,\d{3})*(?:\.\d+)?)"
_UP_TO = (
    r"\b(?:up to|at most|within|under|below|a maximum of|(?:less|fewer|shorter|lower|smaller) than|"
    r"(?:no|not) (?:more|longer|higher|later|greater) than|not (?:over|above|exceed|exceeding)|cannot exceed)|"
    r"不(?:得|能|可|应)?(?:超过|多于|高于|大于|满|足)|至多|最多|(?<!不)[少低小]于"
)
_FROM = (
    r"\b(?<!not )(?:above|over|at least|beyond|exceed(?:s|ed|ing)?|a minimum of)|"
    r"\b(?<!no )(?<!not )(?:more|longer|higher|greater|larger|older) than|"
    r"\b(?:no|not) (?:less|fewer|shorter|lower) than|"
    r"(?<!不)(?<!不得)(?<!不能)(?<!不可)(?<!不应)(?:超过|[高多大]于)|不(?:得|能|可|应)?[少低小]于|至少|最少"
)
_AFTER = r"\s?[\u4e00-\u9fff]{0,3}?"
_SIDES = (
    (-1, re.compile(rf"(?:{_UP_TO}){_MONEY}{_NUMBER}", re.IGNORECASE)),
    (-1, re.compile(rf"{_NUMBER}(?: or (?:less|fewer|below)\b|{_AFTER}(?:以[下内]|之内))", re.IGNORECASE)),
    (1, re.compile(rf"(?:{_FROM}){_MONEY}{_NUMBER}", re.IGNORECASE)),
    (1, re.compile(rf"{_NUMBER}(?: or (?:more|above)\b|{_AFTER}以上)", re.IGNORECASE)),
)


def beyond(claim: str, sentence: str) -> bool:
    """Whether a claim speaks of the one side of a number and a sentence of the other side only."""
    ours = _sides(claim)
    if not ours:
        return False
    theirs = _sides(sentence)
    return any(sides.isdisjoint(theirs[number]) for number, sides in ours.items() if number in theirs)


@lru_cache(4096)
def _sides(text: str) -> dict[str, frozenset[int]]:
    """By number: -1 where it is the most, 1 where it is the least, of what is spoken of."""
    whole = in_digits(text)
    found: dict[str, set[int]] = {}
    for side, pattern in _SIDES:
        for match in pattern.finditer(whole):
            found.setdefault(match[1].replace(",", ""), set()).add(side)
    return {number: frozenset(sides) for number, sides in found.items()}
