"""What speaks for a candidate, in numbers that a fitted model weighs: words, vectors, dates and names."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from ingest.language import is_cjk, language_of
from ingest.terms import question_terms
from service.retrieval.standing import Flags, Numbers, Standing
from service.retrieval.times import Period, day_of, period_of
from service.retrieval.weights import TermWeights

Signals = NDArray[np.float64]
"""(candidates, len(NAMES))."""

NAMES = (
    "dense",
    "dense_place",
    "bm25",
    "bm25_place",
    "coverage",
    "body",
    "title",
    "section",
    "near",
    "nearer",
    "pairs",
    "rarest",
    "named",
    "numbers",
    "article_dense",
    "article_bm25",
    "article_coverage",
    "others",
    "source",
    "time",
    "own_script",
    "first",
    "length",
    "number",
    "number_near",
    "recent",
)
IN_PLACE = {name: at for at, name in enumerate(NAMES)}
# BM25 as the keyword index counts it, columns weighed alike.
_K1, _B, _IN_TITLE, _IN_SECTION = 1.2, 0.75, 2.0, 1.5
# Terms of text that a sentence and a paragraph take.
_NEARER, _NEAR = 15, 45
_NAME = re.compile(r"(?<!^)(?<![.!?:] )\b[A-Z][\w’'-]*(?:\s+[A-Z][\w’'-]*)*")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
# Questions that a number or a date answers.
_WANTS_NUMBER = re.compile(
    r"\bhow (?:many|much|old|long|far|tall|large|big|fast|often)\b|\bwhen\b|\bwhich (?:year|day|month|date)\b|"
    r"\bwhat (?:percent|percentage|number|age|share|year|date|day|time|amount)|"
    r"多少|几|时间|日期|何时|什么时候|哪[年月天日一]|占比|比例|人数|数量|增长率|增速|金额|销量|营收|多[大高长远久]|年龄",
    re.IGNORECASE,
)
_BESIDE = 12
# Of two articles that answer alike the newer one is wanted, and thrice as much where the question speaks of now. With
# dates made up for their articles, this cost timeless questions nothing (`benchmarks/ranking.py`).
_FADES, _NOW, _LATELY = 60, 3.0, 31
# Letters and digits of an alphabet: 据36kr报道 names 36kr.
_WORD = re.compile(r"[A-Za-z0-9]+")
_WORDS_OF_A_SITE, _LONG_NAME = 4, 8
_HOST_WORDS = frozenset(("www", "com", "org", "net", "news", "blog", "edition"))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A chunk that one of the searches found, as the keyword index keeps it: terms with spaces between."""

    id: str
    article_id: str
    ordinal: int
    language: str
    published_at: str | None
    url: str | None
    title: str
    section: str
    body: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question, read once for all of its candidates."""

    text: str
    weights: TermWeights
    period: Period | None
    today: date
    cjk: bool
    names: Mapping[str, float]
    numbers: frozenset[str]
    sources: frozenset[str]

    @classmethod
    def of(cls, question: str, weights: TermWeights, asked_on: str | None = None) -> Wanted:
        """Read a question on the day it is asked, today by default."""
        said = {t for name in _NAME.findall(question) for t in question_terms(name)}
        return cls(
            question,
            weights,
            period_of(question, asked_on),
            day_of(asked_on) or date.today(),
            is_cjk(language_of(question)),
            {t: w for t, w in weights.weights.items() if t in said},
            frozenset(n.replace(",", "") for n in _NUMBER.findall(unicodedata.normalize("NFKC", question))),
            _sources_in(question),
        )


def signals(wanted: Wanted, candidates: Sequence[Candidate], dense: NDArray[np.float64], scale: float) -> Signals:
    """A row a candidate; `dense` holds cosines (nan: none), `scale` the mean length of a chunk in terms."""
    made = np.zeros((len(candidates), len(NAMES)))
    if not len(candidates):
        return made
    order = {t: i for i, t in enumerate(wanted.weights.weights)}
    weights = np.array(list(wanted.weights.weights.values()))
    title, section, body = (
        Standing.of([getattr(c, part) for c in candidates], order) for part in ("title", "section", "body")
    )
    often = _IN_TITLE * title.often + _IN_SECTION * section.often + body.often
    has = often > 0
    lengths = (title.lengths + section.lengths + body.lengths).astype(float)
    norms = _K1 * (1 - _B + _B * lengths / scale)
    total = float(weights.sum()) or 1.0
    bm25 = (weights * often * (_K1 + 1) / (often + norms[:, None])).sum(1)
    made[:, 2] = bm25 / (total * (_K1 + 1))
    most = bm25.max()
    made[:, 3] = bm25 / most if most > 0 else 0.0
    for column, flags in ((4, has), (5, body.has), (6, title.has), (7, section.has)):
        made[:, column] = (flags * weights).sum(1) / total
    made[:, 8], made[:, 9] = (best / total for best in body.densest(weights, _NEAR, _NEARER))
    pair_weights = np.minimum(weights[:-1], weights[1:])
    follow = body.pairs(close=True) | title.pairs(close=False)
    made[:, 10] = (follow * pair_weights).sum(1) / (float(pair_weights.sum()) or 1.0)
    if order:
        made[:, 11] = has[:, int(weights.argmax())]
    if wanted.names:
        named = np.array([wanted.names.get(t, 0.0) for t in order])
        made[:, 12] = (has * named).sum(1) / (float(named.sum()) or 1.0)
    if wanted.numbers:
        made[:, 13] = sum(_with(n, candidates, order, has) for n in wanted.numbers) / len(wanted.numbers)
    made[:, 18:21], made[:, 25] = _of_articles(wanted, candidates)
    made[:, 21] = [c.ordinal == 0 for c in candidates]
    made[:, 22] = np.minimum(lengths / scale, 3.0)
    if _WANTS_NUMBER.search(wanted.text):
        made[:, 23], beside = body.beside_numbers(wanted.numbers, _BESIDE)
        made[:, 24] = np.minimum(beside / max(1, min(len(order), 8)), 1.0)
    _cosines(made, dense)
    _articles(made, candidates, has, weights, total)
    return made


def _with(number: str, candidates: Sequence[Candidate], order: Mapping[str, int], has: Flags) -> Numbers:
    """1 where a candidate has a number, else 0."""
    if number in order:
        return has[:, order[number]].astype(float)
    return np.array([float(number in f"{c.title} {c.section} {c.body}".split()) for c in candidates])


def _of_articles(wanted: Wanted, candidates: Sequence[Candidate]) -> tuple[Numbers, Numbers]:
    """What only the article of a candidate tells: (source, time, own script), and how new it is."""
    period = wanted.period
    keys = [(c.url, c.published_at, c.language) for c in candidates]
    told = {
        (url, published_at, language): (
            float(source_named(url, wanted.sources)),
            period.nearness(published_at) if period else 0.0,
            float(is_cjk(language) == wanted.cjk),
            _recency(published_at, wanted),
        )
        for url, published_at, language in dict.fromkeys(keys)
    }
    values = np.array([told[key] for key in keys])
    return values[:, :3], values[:, 3]


def _recency(published_at: str | None, wanted: Wanted) -> float:
    """How new an article is, seen from the last day that is asked about: for last year, that is its end."""
    day, asked = day_of(published_at), wanted.period
    if day is None:
        return 0.0
    seen_from = wanted.today if asked is None else min(asked.end, wanted.today)
    now = asked is not None and not asked.exact and (wanted.today - seen_from).days <= _LATELY
    return (_NOW if now else 1.0) * math.exp(-abs((seen_from - day).days) / _FADES)


def _cosines(made: Signals, dense: NDArray[np.float64]) -> None:
    known = dense[~np.isnan(dense)]
    if not len(known):
        return
    low, high = float(known.min()), float(known.max())
    made[:, 0] = np.where(np.isnan(dense), _guessed(made[:, 2], dense, low, high), dense) - high
    made[:, 1] = (made[:, 0] + high - low) / (high - low) if high > low else 1.0


def _guessed(bm25: Numbers, dense: NDArray[np.float64], low: float, high: float) -> Numbers:
    """How near those without a vector may be: as near as others are whose words are found as well."""
    known = ~np.isnan(dense)
    if known.all() or np.ptp(bm25[known]) == 0:
        return np.full(len(dense), low)
    slope, base = np.polyfit(bm25[known], dense[known], 1)
    guessed: Numbers = np.clip(base + max(slope, 0.0) * bm25, low, high)
    return guessed


def _articles(made: Signals, candidates: Sequence[Candidate], has: Flags, weights: Numbers, total: float) -> None:
    """What the other candidates of the same article say for it."""
    numbers = {name: at for at, name in enumerate(dict.fromkeys(c.article_id for c in candidates))}
    of = np.array([numbers[c.article_id] for c in candidates])
    best, any_has = np.zeros((len(numbers), 2)), np.zeros((len(numbers), has.shape[1]), bool)
    np.maximum.at(best, of, made[:, [1, 3]])
    np.logical_or.at(any_has, of, has)
    covered = (any_has * weights).sum(1) / total
    others = np.minimum(np.bincount(of) - 1, 5) / 5
    made[:, 14:16], made[:, 16], made[:, 17] = best[of], covered[of], others[of]


def _sources_in(question: str) -> frozenset[str]:
    """What may be the name of a site: words written together, theverge. A short word alone has to look like a name."""
    words = _WORD.findall(question)
    runs = ("".join(words[at : at + n]) for n in range(2, _WORDS_OF_A_SITE + 1) for at in range(len(words) - n + 1))
    alone = (w for w in words if len(w) >= _LONG_NAME or not w.islower())
    return frozenset(name.casefold() for name in (*runs, *alone))


def source_named(url: str | None, names: Collection[str]) -> bool:
    """Whether the site of an article is one of these names (letters and digits alone, lower case): theverge, 36kr."""
    if not url:
        return False
    labels = [part for part in (urlsplit(url).hostname or "").split(".")[:-1] if part not in _HOST_WORDS]
    return any(len(label) >= 4 and label.replace("-", "") in names for label in labels)
