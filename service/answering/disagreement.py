"""Do two sentences say different things of the same? Shy: one difference, everything else alike, or nothing is said."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from ingest.terms import ENGLISH_STOP
from service.answering.opposites import NEGATION
from service.answering.quantities import in_digits

Kind = Literal["number", "date", "name", "negation"]

_HAN_LETTER = "\u3040-\u30ff\u3400-\u9fff"
_TOKEN = re.compile(
    rf"[{_HAN_LETTER}]|\d+(?:[.,:/]\d+)*/?(?:\s?[%‰])?(?![A-Za-z])|(?:(?![{_HAN_LETTER}_])\w)(?:(?![{_HAN_LETTER}])[\w’'.-])*(?<![.'’-])"
)
_HAN = re.compile(f"[{_HAN_LETTER}]")
_YEAR = re.compile(r"(?:1\d|20)\d\d")
_MONTH = re.compile(r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}", re.IGNORECASE)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMED = (
    r"(?P<month>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?"
    r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_DAY, _IN_YEAR = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?", r"(?P<year>(?:1[5-9]|20)\d\d)"
_DATES = (
    re.compile(rf"{_IN_YEAR}\s?年\s?(?P<month>\d{{1,2}})\s?月(?:\s?(?P<day>\d{{1,2}})\s?[日号])?"),
    re.compile(r"(?<![\d/])(?P<month>\d{1,2})\s?月\s?(?P<day>\d{1,2})\s?[日号]"),
    re.compile(r"(?<![\d/])(?P<month>\d{1,2})\s?月(?!\s?\d)"),
    re.compile(rf"(?<![\d-]){_IN_YEAR}-(?P<month>\d{{1,2}})-(?P<day>\d{{1,2}})(?![\d-])"),
    re.compile(rf"\b{_NAMED} {_DAY}(?:,? {_IN_YEAR})?\b"),
    re.compile(rf"\b{_DAY} (?:of )?{_NAMED}(?:,? {_IN_YEAR})?\b"),
    re.compile(rf"\b{_NAMED},? {_IN_YEAR}\b"),
)
# Words that may be there or not without another thing being spoken of.
_HEDGES = (
    "now currently still also only about approximately around roughly just already please per will would shall may can "
    "must should does do did is are was were be been has have had not no never cannot neither"
)
_LIGHT = ENGLISH_STOP | frozenset(_HEDGES.split())
_LIGHT_HAN = frozenset("的了在是于为有也都会可以能要就把被将个约从到不没未无非并")
_HEDGED = re.compile(
    r"\b(?:at (?:least|most)|up to|no (?:more|less|later) than)\b|至少|至多|最多|最少|大约|大概|不超过|不少于"
)
# Content that two sentences share at least, and the share of it: a Han character counts half a word.
_SHARED, _ALIKE, _VERY_ALIKE = 3.0, 0.6, 0.85
# What one sentence shares with another is no more than the other has, so that it is this much of its own at least.
_LEAST = _ALIKE / (2 - _ALIKE) - 1e-9
_FIGURE = re.compile(r"\d")
_MOST_NUMBERS = 2
_LONGEST_NAME = 8


@dataclass(frozen=True, slots=True)
class Difference:
    """What one sentence has where another has something else, the words around, and how alike they are, 0 to 1."""

    kind: Kind
    one: str
    other: str
    shared: str
    alike: float


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    key: str

    @property
    def number(self) -> bool:
        return self.key[0].isdigit() and self.key.rstrip("%‰/").replace(".", "").replace("/", "").isdigit()

    @property
    def light(self) -> bool:
        return self.key in _LIGHT or self.key in _LIGHT_HAN

    @property
    def weight(self) -> float:
        return 0.0 if self.light else 0.5 if _HAN.match(self.key) else 1.0


@dataclass(frozen=True, slots=True)
class _Read:
    """A sentence taken apart: its weight by key, of all, of what has a digit, and of each other word."""

    tokens: tuple[_Token, ...]
    weights: dict[str, float]
    total: float
    figures: float
    words: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class _Segment:
    """Where two sentences differ."""

    one: Sequence[_Token]
    other: Sequence[_Token]

    @property
    def dated(self) -> bool:
        """Whether either side is a date."""
        return any(_of_date(t) for t in (*self.one, *self.other))

    @property
    def told(self) -> bool:
        """Whether either side says anything."""
        return _weight(self.one) > 0 or _weight(self.other) > 0

    @property
    def replaced(self) -> bool:
        """Whether both sides say something."""
        return _weight(self.one) > 0 and _weight(self.other) > 0

    @property
    def length(self) -> int:
        """Of both sides together."""
        return len(self.one) + len(self.other)


def difference(one: str, other: str) -> Difference | None:
    """The one thing in which two sentences of the same language differ; None where they are alike or not comparable."""
    if not may_differ(one, other):
        return None
    own, its = _read(one), _read(other)
    first, second, total = own.tokens, its.tokens, own.total + its.total
    if 2 * _bound(own, its) < _ALIKE * total:
        return None
    matcher = SequenceMatcher(None, [t.key for t in first], [t.key for t in second], autojunk=False)
    shared: list[_Token] = []
    ranges: list[tuple[int, int, int, int]] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            shared.extend(first[a:b])
        elif ranges and _one_name(first[ranges[-1][1] : a], (*first[ranges[-1][0] : b], *second[ranges[-1][2] : d])):
            ranges[-1] = (ranges[-1][0], b, ranges[-1][2], d)
        else:
            ranges.append((a, b, c, d))
    segments = [_Segment(first[a:b], second[c:d]) for a, b, c, d in ranges]
    weight = _weight(shared)
    if weight < _SHARED or 2 * weight < _ALIKE * total:
        return None
    told = [s for s in segments if s.told]
    if not told:
        return _negation(one, other, shared, 2 * weight / total)
    if bool(NEGATION.search(one)) != bool(NEGATION.search(other)) or not all(s.replaced for s in told):
        return None
    kind = _kind(told, 2 * weight / total)
    if kind is None:
        return None
    longest = max(told, key=lambda s: s.length)
    return Difference(
        kind, _joined(longest.one), _joined(longest.other), _with_gap(first, longest.one), 2 * weight / total
    )


def may_differ(one: str, text: str) -> bool:
    """Whether a sentence of a text may differ from this one in one thing: false of nearly all, and cheap to know."""
    own = _read(one)
    return own.total > 0 and _most(own, text) >= max(_SHARED, _LEAST * own.total)


def _kind(told: Sequence[_Segment], alike: float) -> Kind | None:
    """What kind of thing differs, where only one does."""
    counts = [(sum(t.number for t in s.one), sum(t.number for t in s.other)) for s in told]
    if all(a and b for a, b in counts):
        same_words = all([t.key for t in s.one if _counts(t)] == [t.key for t in s.other if _counts(t)] for s in told)
        if not same_words or len(told) > (_MOST_NUMBERS if alike >= _VERY_ALIKE else 1):
            return None
        return "date" if all(s.dated for s in told) else None if any(s.dated for s in told) else "number"
    if any(a or b for a, b in counts):
        return None
    if all(_MONTH.fullmatch(t.key) for s in told for t in (*s.one, *s.other)):
        return "date"
    fullest = max(told, key=lambda s: s.length)
    ones, others = {t.key for t in fullest.one}, {t.key for t in fullest.other}
    consistent = all({t.key for t in s.one} <= ones and {t.key for t in s.other} <= others for s in told)
    return "name" if consistent and all(_named(s.one) and _named(s.other) for s in told) else None


def _negation(one: str, other: str, shared: Sequence[_Token], alike: float) -> Difference | None:
    """Where only one of two sentences that are otherwise alike says no."""
    found, opposite = NEGATION.findall(one), NEGATION.findall(other)
    if bool(found) == bool(opposite) or len(found) + len(opposite) != 1:
        return None
    return Difference("negation", (found or [""])[0], (opposite or [""])[0], _joined(shared), alike)


@lru_cache(maxsize=8192)
def _read(sentence: str) -> _Read:
    tokens = _tokens(sentence)
    weights: dict[str, float] = {}
    for token in tokens:
        if not token.light:
            weights[token.key] = weights.get(token.key, 0.0) + token.weight
    figures = sum(w for key, w in weights.items() if _FIGURE.search(key))
    words = tuple((key, w) for key, w in weights.items() if not _FIGURE.search(key))
    return _Read(tokens, weights, _weight(tokens), figures, words)


def _tokens(sentence: str) -> tuple[_Token, ...]:
    text = _HEDGED.sub(" ", in_digits(sentence))
    for pattern in _DATES if _FIGURE.search(text) else ():
        text = pattern.sub(_dated, text)
    found = [m[0].replace(" ", "") for m in _TOKEN.finditer(text)]
    return tuple(_Token(t, t.casefold().replace(",", "") if t[0].isdigit() else t.casefold()) for t in found)


def _dated(match: re.Match[str]) -> str:
    """A date in figures, year first, whatever order and language it was written in."""
    parts = match.groupdict()
    month = parts["month"]
    number = month if month.isdigit() else str(_MONTHS.index(month[:3].lower()) + 1)
    figures = (parts.get("year"), number, parts.get("day"))
    return f" {'/'.join(str(int(f)) for f in figures if f)}{'/' if not parts.get('day') else ''} "


def _one_name(between: Sequence[_Token], whole: Sequence[_Token]) -> bool:
    """Whether what two differences have between them is part of one name: a letter or word that both names have."""
    most = 2 if all(_HAN.match(t.key) for t in between) else 1
    return len(between) <= most and not any(t.number for t in whole)


def _weight(tokens: Sequence[_Token]) -> float:
    return sum(t.weight for t in tokens)


def _most(own: _Read, other: str) -> float:
    """The most that a sentence can share with another that is not taken apart yet: its words stand in that as letters.

    What has a digit may have been written out there.
    """
    letters = _letters(other)
    return own.figures + sum([w for key, w in own.words if key in letters])


def _bound(own: _Read, its: _Read) -> float:
    """The most that two sentences can share, whatever the order: cheap to know."""
    return sum([min(own.weights[key], its.weights[key]) for key in own.weights.keys() & its.weights.keys()])


@lru_cache(maxsize=8192)
def _letters(sentence: str) -> str:
    return unicodedata.normalize("NFKC", sentence).casefold()


def _counts(token: _Token) -> bool:
    """Whether a word beside a number has to be the same on both sides."""
    return not token.number and not token.light and not _MONTH.fullmatch(token.key)


def _of_date(token: _Token) -> bool:
    return bool("/" in token.key or _YEAR.fullmatch(token.key) or (_MONTH.fullmatch(token.key) and not token.light))


def _named(tokens: Sequence[_Token]) -> bool:
    """Whether words may be a name: each has a capital, or they are a few ideographs."""
    told = [t for t in tokens if not t.light]
    if all(_HAN.match(t.key) for t in told):
        return len(told) <= _LONGEST_NAME
    return len(told) <= _LONGEST_NAME and all(t.text[0].isupper() or _HAN.match(t.text) for t in told)


def _joined(tokens: Sequence[_Token]) -> str:
    words = [t.text for t in tokens]
    gaps = ["" if _HAN.match(a) or _HAN.match(b) else " " for a, b in pairwise(words)]
    return "".join(word + gap for word, gap in zip(words, [*gaps, ""], strict=True))


def _with_gap(tokens: Sequence[_Token], left_out: Sequence[_Token]) -> str:
    """The sentence's words with a gap where the difference stands."""
    at = next(i for i in range(len(tokens)) if tokens[i] is left_out[0])
    gap = _Token("…", "…")
    return _joined([*tokens[:at], gap, *tokens[at + len(left_out) :]])
