"""Numbers and dates of English and Chinese text, written alike: `3 千`, `three thousand` and `3,000` are `3000`."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache

_UNDER_TWENTY = (
    "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|"
    "seventeen|eighteen|nineteen"
)
_FROM_TWENTY = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_UNITS = {word: i for i, word in enumerate(_UNDER_TWENTY.split("|"))}
_TENS = {word: 10 * i for i, word in enumerate(_FROM_TWENTY.split("|"), 2)}
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_SMALL = f"{_UNDER_TWENTY}|{_FROM_TWENTY}"
_SCALED = "|".join(("hundred", *_SCALES))
_WORDED = re.compile(
    rf"\b(?:(?:an?\s+)(?={_SCALED}\b))?(?:{_SMALL}|{_SCALED})"
    rf"(?:(?:[\s-]+and)?[\s-]+(?:{_SMALL}|{_SCALED}))*\b",
    re.IGNORECASE,
)
_MEASURED = re.compile(
    r"[\s-]+(?:(?:working|calendar|business|full)\s+)?"
    r"(?:second|minute|hour|day|night|week|month|quarter|year|per\s?cent|%|times)s?\b",
    re.IGNORECASE,
)
_DIGITS_SCALED = re.compile(rf"(?<!\d)(?<!\d[.,])(\d+(?:,\d{{3}})*(?:\.\d+)?)[ -]?({_SCALED})\b", re.IGNORECASE)
_HALF = re.compile(
    r"(?<!first )(?<!second )(?<!other )\bhalf\b(?!-|\s+(?:an?|year|hour|day|time|way)\b)|一半(?!时间)", re.IGNORECASE
)

_HAN_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_HAN_SCALES = {"十": 10, "百": 100, "千": 1000}
_HAN_MYRIADS = {"万": 10**4, "亿": 10**8}
_DIGIT, _SCALE = "零〇一二两三四五六七八九", "十百千万亿"
_NOT_A_SCALE = r"(?!千[克米瓦卡升帕]|百[分度货]|[千百]万[不别要])"
_HAN_SCALED = re.compile(
    rf"(?<!\d)(?<!\d[.,])(\d+(?:,\d{{3}})*(?:\.\d+)?) ?{_NOT_A_SCALE}([十百千万亿]{{1,3}})(?![分克])"
)
_COUNTED = r"(?=\s?(?:个(?!别)|[天年月日号件次人位名周倍元种项条台家篇页岁]|小时|分钟|工作日|星期|季度|[%％]))"
_HAN_NUMBER = re.compile(
    rf"(?<![第周{_DIGIT}{_SCALE}])(?<!星期)(?:[{_DIGIT}][{_DIGIT}{_SCALE}]*[{_SCALE}][{_DIGIT}{_SCALE}]*|"
    rf"十(?!分(?!钟|之)|足)[{_DIGIT}万亿]+|十{_COUNTED}|[二两三四五六七八九]{_COUNTED}|(?<=[是为到])零(?=\W|$)|一(?=月)|(?<=月)一(?=[日号]))(?:点[{_DIGIT}]+)?"
)
_HAN_YEAR = re.compile(rf"(?<![{_DIGIT}])([{_DIGIT}]{{4}})(?=年)")
_HAN_SHARE = re.compile(rf"百分之([{_DIGIT}{_SCALE}]+(?:点[{_DIGIT}]+)?)")
_DECADE = re.compile(r"(?<!\d)(\d{1,2}) ?世纪 ?(\d0) ?年代")
_TENTHS = re.compile(r"([一二两三四五六七八九]|(?<![\d.])[1-9]) ?成(?![为了立员本长功分就果交熟绩都不])")

# Words that give a number in passing: a text that has them bears it, and one that lacks them contradicts nothing.
_IN_PASSING = {
    digit: re.compile(rf"\b(?:{words})\b|第[{han}]|[{han}]{_COUNTED}", re.IGNORECASE)
    for digit, words, han in (
        ("1", r"(?<!no )(?<!any )(?<!some )(?<!every )one(?! (?:of|another|who|that)\b)|once|first", "一"),
        ("2", "twice|both|second", "二两"),
        ("3", "third", "三"),
        ("4", "fourth", "四"),
        ("5", "fifth", "五"),
    )
}
_DIGIT_THERE = re.compile(r"\d")
_NUMBER = re.compile(
    r"(?P<hundredths>百分之)?(?P<digits>\d+(?:[.,]\d+)*)(?P<percent>\s?(?:%|per\s?cent\b))?", re.IGNORECASE
)
_WITH_UNIT = re.compile(
    r"(?<!\d)(?<!\d[.,])(\d+(?:[.,]\d+)*)(?!(?<=\d{4})\s?年)\s?(?:个|分|秒|点|码|米|公里|公斤|千克|克|吨|度|磅|平方|美|欧|日元|英|人民币|多|余"
    r"|[天年月日号件次人位名周倍元种项条台家篇页岁场座艘辆支只张份万亿幅部届层级]|小时|工作日|星期|季度)"
)

# Text that was taken apart into words has its numbers apart too: both readings are borne.
_PARTED = re.compile(r"(?<![\d,.])(\d{1,3})((?:, \d{3})+)(?!\d)|(?<![\d.,])(\d+)\. (\d{1,2})(?![\d.])")
# 2018/19 is two years.
_SEASON = re.compile(r"(?<!\d)((?:19|20)\d\d)([–/-])(\d\d)(?![\d–/-])")

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
# "may" and "march" are verbs: months have a capital.
_MONTH = "|".join(f"{m}|{m[:3]}\\.?" if m != "September" else f"{m}|Sept?\\.?" for m in _MONTHS)
_DAY = r"(\d{1,2})(?:st|nd|rd|th)?"
_TO = r"\s?(?:[–—~-]|to|and|until|至|到)\s?"
_DAY_MONTH = re.compile(rf"(?<!\d)(?<!\d[.,])(?:{_DAY}{_TO})?\b{_DAY}\s+(?:of\s+)?({_MONTH})(?![a-z])")
_MONTH_DAY = re.compile(rf"\b({_MONTH})\s+(?:the\s+)?{_DAY}(?:{_TO}{_DAY})?(?![\w%:]|[.,]\d)")
_HAN_DATE = re.compile(
    rf"(?<![\d.])(\d{{1,2}})\s?月\s?(\d{{1,2}})\s?(?:[日号](?:{_TO}(\d{{1,2}})\s?[日号])?|{_TO}(\d{{1,2}})\s?[日号])"
)
_ISO_DATE = re.compile(r"(?<!\d)(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)")
_HAN_MONTH = re.compile(r"(?<![\d.])(\d{1,2})\s?月(?!\s?\d)")
_MONTH_YEAR = re.compile(rf"\b({_MONTH}),?\s+(?=(?:19|20)\d\d\b)")
_MONTH_NAMED = re.compile(rf"\b({_MONTH})(?![a-z])")


@lru_cache(4096)
def in_digits(text: str) -> str:
    """The text with its written-out numbers in digits, as far as they are surely numbers; "one" mostly is none."""
    if text.isascii():  # as below, without what is Chinese
        text = _HALF.sub("50%", text)
        return _WORDED.sub(_worded, _DIGITS_SCALED.sub(_scaled, text))
    text = unicodedata.normalize("NFKC", text)
    text = _HAN_YEAR.sub(lambda m: "".join(str(_HAN_DIGITS[c]) for c in m[1]), text)
    text = _HAN_SHARE.sub(lambda m: f"{_han(m[1])}%", text)
    text = _HALF.sub("50%", text)
    text = _TENTHS.sub(lambda m: f"{_HAN_DIGITS.get(m[1]) or int(m[1])}0%", text)
    text = _DIGITS_SCALED.sub(_scaled, text)
    text = _WORDED.sub(_worded, text)
    text = _HAN_SCALED.sub(lambda m: _times(m[1], _product(m[2])), text)
    text = _HAN_NUMBER.sub(lambda m: _han(m[0]), text)
    return _DECADE.sub(lambda m: f"{int(m[1]) - 1}{m[2]}年代", text)


def numbers(text: str) -> frozenset[str]:
    """What a text says in numbers: `3000`, `31.4%`, the date `6/18`, the month `6/`. A share is not a count."""
    return _read(in_digits(text))[0]


def numbers_borne(text: str) -> frozenset[str]:
    """The numbers that a text gives a reason for: its own, the days and months of its dates, "one" and "both"."""
    text = unicodedata.normalize("NFKC", text)
    whole = in_digits(text)
    found, days = _read(whole)
    if _PARTED.search(text):
        found |= _read(in_digits(_PARTED.sub(_rejoined, text)))[0]
    months = {f"{date.partition('/')[0]}/" for date in found if "/" in date}
    months |= {f"{_month(m[1])}/" for m in _MONTH_NAMED.finditer(whole)}
    return found | days | months | {digit for digit, words in _IN_PASSING.items() if words.search(whole)}


def measured(chinese: str) -> frozenset[str]:
    """The numbers of a Chinese text that have a unit, its shares and dates; a bare 618 may be a name."""
    whole = in_digits(chinese)
    counted = {m[1].replace(",", "") for m in _WITH_UNIT.finditer(whole)}
    return frozenset(n for n in _read(whole)[0] if n in counted or n.endswith("%") or "/" in n)


def _read(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """Numbers and dates of a text in digits, and the days of the dates."""
    if not _DIGIT_THERE.search(text):
        return frozenset(), frozenset()
    dates: set[str] = set()

    def take(month: int, *days: str | None) -> str | None:
        within = [int(d) for d in days if d]
        if not 1 <= month <= 12 or not all(1 <= d <= 31 for d in within):
            return None
        dates.update(f"{month}/{d}" for d in within)
        return " "

    text = _SEASON.sub(_both_years, text)
    text = _ISO_DATE.sub(lambda m: f" {m[1]} " if take(int(m[3]), m[4]) else m[0], text)
    text = _DAY_MONTH.sub(lambda m: take(_month(m[3]), m[1], m[2]) or m[0], text)
    text = _MONTH_DAY.sub(lambda m: take(_month(m[1]), m[2], m[3]) or m[0], text)
    text = _HAN_DATE.sub(lambda m: take(int(m[1]), m[2], m[3], m[4]) or m[0], text)
    months = {f"{_month(m[1])}/" for m in _MONTH_YEAR.finditer(text)}
    for match in _HAN_MONTH.finditer(text):
        if 1 <= int(match[1]) <= 12:
            months.add(f"{int(match[1])}/")
    text = _HAN_MONTH.sub(lambda m: " " if 1 <= int(m[1]) <= 12 else m[0], text)
    found = {
        n["digits"].replace(",", "") + ("%" if n["hundredths"] or n["percent"] else "") for n in _NUMBER.finditer(text)
    }
    return frozenset(found | dates | months), frozenset(d.partition("/")[2] for d in dates)


def _rejoined(match: re.Match[str]) -> str:
    return f"{match[1]}{match[2].replace(' ', '')}" if match[1] else f"{match[3]}.{match[4]}"


def _both_years(match: re.Match[str]) -> str:
    first = int(match[1])
    return f"{first} {first + 1}" if (first + 1) % 100 == int(match[3]) else match[0]


def _worded(match: re.Match[str]) -> str:
    words = [w for w in re.split(r"[\s-]+", match[0].lower()) if w not in ("a", "an", "and")]
    if words == ["one"] and not _MEASURED.match(match.string, match.end()):
        return match[0]
    if words[0] in ("hundred", *_SCALES) and match[0][:1].lower() != "a":
        return match[0]  # "several hundred" is no number
    # "twenty one", "two hundred five" are one number, "two three" are two.
    total, group, last = 0, 0, 10**15
    for word in words:
        if word in _SCALES:
            total, group, last = total + max(group, 1) * _SCALES[word], 0, _SCALES[word]
        elif word == "hundred":
            group, last = max(group, 1) * 100, 100
        else:
            value = _UNITS.get(word, _TENS.get(word, 0))
            if last < 20 or (last < 100 and value >= 10):
                return " ".join(_alone(w) for w in words)
            group, last = group + value, value
    return str(total + group)


def _scaled(match: re.Match[str]) -> str:
    return _times(match[1], _SCALES.get(match[2].lower(), 100))


def _alone(word: str) -> str:
    value = _UNITS.get(word, _TENS.get(word))
    return word if value is None or value == 1 else str(value)


def _han(text: str) -> str:
    """The digits of a Chinese number; the text itself where it is none, as 三四天."""
    whole, _, decimals = text.partition("点")
    total, group, digit = 0, 0, None
    for c in whole:
        if c in _HAN_DIGITS:
            if digit:
                return text
            digit = _HAN_DIGITS[c]
        elif c in _HAN_SCALES:
            group += (digit if digit else 1) * _HAN_SCALES[c]
            digit = None
        else:
            total = (total + group + (digit or 0)) * _HAN_MYRIADS[c]
            group, digit = 0, None
    value = str(total + group + (digit or 0))
    return f"{value}.{''.join(str(_HAN_DIGITS[c]) for c in decimals)}" if decimals else value


def _product(scales: str) -> int:
    value = 1
    for c in scales:
        value *= _HAN_SCALES.get(c) or _HAN_MYRIADS[c]
    return value


def _times(digits: str, scale: int) -> str:
    value = Decimal(digits.replace(",", "")) * scale
    return format(value.to_integral_value() if value == value.to_integral_value() else value.normalize(), "f")


def _month(name: str) -> int:
    return next(i for i, month in enumerate(_MONTHS, 1) if month.startswith(name[:3]))
