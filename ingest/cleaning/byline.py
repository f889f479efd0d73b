"""Who wrote an article and when, from the lines that say so at its top or foot."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ingest.cleaning.dateline import is_dateline, is_update, iso_date, without_dates

_TOP, _FOOT = 6, 4
_LONGEST = 200

_WORD = r"(?:[A-ZÀ-ÖØ-Þ](?:[^\W\d_]|['’-](?=[^\W\d_]))*\.?|d[aeiu]l?|della?|den|der|la|le|van|von|bin|al|el|y)"
_NAME = rf"{_WORD}(?: {_WORD}){{0,4}}"
# Only "and" makes a list of people: after a bare comma comes what the person does, or where.
_NAMES = rf"{_NAME}(?:(?:, {_NAME})*,? (?:and|&) {_NAME})?"
_BY = re.compile(
    rf"(?:(?:written|posted|reported|story|text|words|report) )?by:? (?-i:(?P<names>{_NAMES})(?P<rest>.*))", re.I
)
_LABELLED = re.compile(
    rf"(?P<label>author|writer|reporter|byline)s? ?[:：] ?(?:by )?(?-i:(?P<names>{_NAMES})(?P<rest>.*))", re.I
)
_SENDER = re.compile(r"From: \"?(?P<names>[^<>\"@:]{2,60}?)\"? <[^<>\s]+@[^<>\s]+>$")
# What may follow a name for the line to be a byline: a role, an outlet, a place; no rest of a sentence.
_AFTER = re.compile(r"(?:,? ?[(<@]|[,;](?! ?(?:he|she|they|it|we|I|who|the)\b)| (?:in|for|at|of) [A-Z]|$)")
_LONGEST_ROLE = 10  # words
_NO_NAME = re.compile(
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|January|February|March|April|May|June|July|August|September"
    r"|October|November|December|Contrast|Comparison|Default|Design|Law|Then|Now)\b",
    re.IGNORECASE,
)
_SEPARATORS = re.compile(r"\s+[|｜•·—–-]\s+|\s*[|｜•]\s*|\s{2,}|\t")

_HAN_NAME = rf"(?:[\u3400-\u9fff·]{{2,12}}|{_NAME}|[\u3400-\u9fff\w·.-]{{2,20}})"
_HAN_LABEL = (
    r"(?:[Aa]uthors?|作 ?者|原作者|撰 ?文|撰 ?稿|撰稿人|文字?|记者|主笔|通讯员) ?[:：/／|｜丨] ?"
    r"|(?:本报|本刊|实习|见习|首席)?记者 "
)
_HAN = re.compile(
    rf"(?:^|[\s|｜（(【/])(?:{_HAN_LABEL})(?P<names>{_HAN_NAME}(?:[、/&和 ]{_HAN_NAME}(?![\w·]* ?[:：]))*)"
)
_HAN_SPLIT = re.compile(r"[、/&]| (?=[\u3400-\u9fff])|(?<=[\u3400-\u9fff])和(?=[\u3400-\u9fff]{2})")
_HAN_ROLE = re.compile(r"编辑|责编|来源|公司|分析师|记者|作家|报道|摄影|大学|研究员|教授|主编|专栏|出品|发自")
_HAN_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Byline:
    """What a line, or an article, says about its author and date."""

    author: str | None = None
    published_at: str | None = None


def is_byline(text: str) -> bool:
    """Whether a line is about the article instead of part of it."""
    return len(text) <= _LONGEST and (_author(text) is not None or is_dateline(text))


def byline(lines: Sequence[str]) -> Byline:
    """Author and date of an article: the first from the top, else from the foot; a date of change comes last."""
    near = [*lines[:_TOP], *lines[max(_TOP, len(lines) - _FOOT) :]]
    near = [line for line in near if is_byline(line)]
    authors = (_author(line) for line in near)
    dates = (iso_date(line) for line in sorted(near, key=is_update))
    return Byline(next(filter(None, authors), None), next(filter(None, dates), None))


@lru_cache(maxsize=4096)
def _author(text: str) -> str | None:
    if len(text) > _LONGEST:
        return None
    if sender := _SENDER.match(text):
        return sender.group("names").strip()
    parts = [part for part in _SEPARATORS.split(text) if part]
    for part in parts:
        bare = without_dates(part).strip(" ,;:-–—")
        if labelled := _LABELLED.match(bare):
            return labelled.group("names")
        by = _BY.match(bare)
        if by is not None and _is_person(by, sure=len(parts) > 1 or bare != part):
            return by.group("names")
    return _han_author(text)


def _is_person(by: re.Match[str], sure: bool) -> bool:
    """ "By Jane Roe, staff writer" is; "By contrast, …", "By Monday" and whole sentences are not."""
    names, rest = by.group("names"), by.group("rest")
    if _NO_NAME.match(names) or not _AFTER.match(rest):
        return False
    if rest.endswith((".", "!", "?", ":")) or len(rest.split()) > _LONGEST_ROLE:
        return False
    return sure or " " in names


def _han_author(text: str) -> str | None:
    if len(text) > _HAN_LONGEST or text.endswith(("。", "！", "？")) or not (match := _HAN.search(text)):
        return None
    people = [name for name in _HAN_SPLIT.split(match.group("names")) if name and not _HAN_ROLE.search(name)]
    return "、".join(people) or None
