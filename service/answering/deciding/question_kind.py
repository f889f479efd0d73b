"""What kind of thing a question wants, and whether a sentence has one. English and Chinese."""

from __future__ import annotations

import re
import unicodedata

_WHY = re.compile(
    r"\bwhy\b|\bhow come\b|\bwhat caused\b|\breasons? (?:for|why|that|behind)\b|为什么|为何|为啥|原因|怎么会",
    re.IGNORECASE,
)
_CAUSE = re.compile(
    r"\b(?:because|reasons?|due to|owing to|caused? by|thanks to|results? (?:of|from|in)|resulted (?:from|in)|led to"
    r"|leads? to|forced?|forces|therefore|since|so that)\b|因为|由于|原因|所以|因此|导致|使得|造成",
    re.IGNORECASE,
)
_HOW_MANY = re.compile(
    r"\bhow (?:many|much|long|often|far|old|big|large|tall|high)\b|\bwhat (?:percentage|percent|share|number)\b"
    r"|多少|几(?:个|天|次|年|月|名|位|元|种|小时|分钟|点)|多长|多久|多大|多高|百分之几|比例",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"\d+(?:[.,]\d+)*|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen"
    r"|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|dozens?|twice|hundreds?|thousands?"
    r"|millions?|billions?|half|double|third|quarter|weekly|monthly|daily|annually|yearly)\b"
    r"|[一二三四五六七八九十百千万亿两半][个天次年月名位元种成倍分小点，。、]?",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"\bwhen\b|\bwhat (?:year|date|day|month|time)\b|\bwhich (?:year|month|day)\b|\bin (?:what|which) year\b"
    r"|什么时候|何时|哪一?(?:年|天|月)|几月|几号|什么时间|哪个(?:年|月)",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"\b(?:1\d|20)\d\d\b|\b\d{3,4}s\b|\b(?:january|february|march|april|may|june|july|august|september|october|november"
    r"|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday|century)\b|\d+\s*[年月日号点]|世纪"
    r"|\b\d{1,2}(?::\d\d)?\s*[ap]\.?m",
    re.IGNORECASE,
)
_LEANS_BACK = re.compile(
    r"^(?!this (?:year|quarter|month|week|season|spring|summer|autumn|fall|winter|morning|afternoon|\d))"
    r"(?:this|that|these|those|such|it|they|he|she|but|however|so|and|therefore|as a result|for example"
    r"|in other words)\b|\b(?:is|was|are|were) (?:this|these|that|as follows)\W*$"
    r"|^(?:这|该|此|其|他|她|它|但|然而|因此|所以|而且|例如)",
    re.IGNORECASE,
)


def asks_why(question: str) -> bool:
    """Whether a cause is wanted."""
    return bool(_WHY.search(question))


def gives_cause(text: str) -> bool:
    """Whether a sentence names something as a cause."""
    return bool(_CAUSE.search(text))


def asks_how_many(question: str) -> bool:
    """Whether a number is wanted."""
    return bool(_HOW_MANY.search(question))


def gives_number(text: str, question: str) -> bool:
    """Whether a sentence has a number that the question did not bring."""
    asked = set(_NUMBER.findall(unicodedata.normalize("NFKC", question).lower()))
    return any(n not in asked for n in _NUMBER.findall(unicodedata.normalize("NFKC", text).lower()))


def asks_when(question: str) -> bool:
    """Whether a date or time is wanted."""
    return bool(_WHEN.search(question))


def gives_date(text: str) -> bool:
    """Whether a sentence has a date or time."""
    return bool(_DATE.search(text))


def leans_back(text: str) -> bool:
    """Whether a sentence is only understood after the one before it."""
    return bool(_LEANS_BACK.search(text))
