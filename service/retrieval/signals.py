"""What speaks for a candidate, in numbers that a fitted model weighs: words, vectors, dates and names."""

from __future__ import annotations

import math
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from ingest.language import is_cjk, language_of
from ingest.terms import question_terms
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
    # Plain numbers: the arrays of one candidate are too short to gain from NumPy.
    order = {t: i for i, t in enumerate(wanted.weights.weights)}
    weights = list(wanted.weights.weights.values())
    total = sum(weights) or 1.0
    wants_number = bool(_WANTS_NUMBER.search(wanted.text))
    rarest = weights.index(max(weights)) if order else -1
    pair_weights = [min(pair) for pair in pairwise(weights)]
    pair_total = sum(pair_weights) or 1.0
    named = [(order[t], w) for t, w in wanted.names.items()]
    named_total = sum(w for _, w in named)
    seen: list[dict[int, float]] = []
    for row, one in enumerate(candidates):
        title, section, body = one.title.split(), one.section.split(), one.body.split()
        in_title = [order[t] for t in title if t in order]
        in_section = [order[t] for t in section if t in order]
        hits = [(at, order[t]) for at, t in enumerate(body) if t in order]
        counts: dict[int, float] = {}
        for i in in_title:
            counts[i] = counts.get(i, 0.0) + _IN_TITLE
        for i in in_section:
            counts[i] = counts.get(i, 0.0) + _IN_SECTION
        for _, i in hits:
            counts[i] = counts.get(i, 0.0) + 1.0
        seen.append(counts)
        length = len(title) + len(section) + len(body)
        norm = _K1 * (1 - _B + _B * length / scale)
        words = [0.0] * len(NAMES)
        words[2] = sum(weights[i] * n * (_K1 + 1) / (n + norm) for i, n in counts.items())
        words[4] = sum(weights[i] for i in counts) / total
        words[5] = sum(weights[i] for i in {i for _, i in hits}) / total
        words[6] = sum(weights[i] for i in set(in_title)) / total
        words[7] = sum(weights[i] for i in set(in_section)) / total
        words[8] = _densest(hits, weights, _NEAR) / total
        words[9] = _densest(hits, weights, _NEARER) / total
        follow = {a for (at, a), (then, b) in pairwise(hits) if then - at <= 3 and b == a + 1}
        follow |= {a for a, b in pairwise(in_title) if b == a + 1}
        words[10] = sum(pair_weights[a] for a in follow) / pair_total
        words[11] = float(rarest in counts)
        if named_total:
            words[12] = sum(w for i, w in named if i in counts) / named_total
        if wanted.numbers:
            words[13] = sum(n in body or n in title or n in section for n in wanted.numbers) / len(wanted.numbers)
        words[18] = float(source_named(one.url, wanted.sources))
        words[19] = wanted.period.nearness(one.published_at) if wanted.period else 0.0
        words[20] = float(is_cjk(one.language) == wanted.cjk)
        words[21] = float(one.ordinal == 0)
        words[22] = min(length / scale, 3.0)
        if wants_number:
            fresh = [at for at, t in enumerate(body) if t[0].isdigit() and t not in wanted.numbers]
            places = [at for at, _ in hits]
            beside = max(
                (bisect_right(places, n + _BESIDE) - bisect_left(places, n - _BESIDE) for n in fresh), default=0
            )
            words[23] = float(bool(fresh))
            words[24] = min(beside / max(1, min(len(order), 8)), 1.0)
        words[25] = _recency(one.published_at, wanted)
        made[row] = words
    _cosines(made, dense)
    most = made[:, 2].max()
    made[:, 3] = made[:, 2] / most if most > 0 else 0.0
    made[:, 2] /= total * (_K1 + 1)
    _articles(made, candidates, seen, weights, total)
    return made


def _recency(published_at: str | None, wanted: Wanted) -> float:
    """How new an article is, seen from the last day that is asked about: for last year, that is its end."""
    day, asked = day_of(published_at), wanted.period
    if day is None:
        return 0.0
    seen_from = wanted.today if asked is None else min(asked.end, wanted.today)
    now = asked is not None and not asked.exact and (wanted.today - seen_from).days <= _LATELY
    return (_NOW if now else 1.0) * math.exp(-abs((seen_from - day).days) / _FADES)


def _densest(hits: Sequence[tuple[int, int]], weights: Sequence[float], width: int) -> float:
    """Weight of the distinct terms in the best window of `width` terms."""
    best, held = 0.0, 0.0
    inside: dict[int, int] = {}
    first = 0
    for at, i in hits:
        if not inside.get(i):
            held += weights[i]
        inside[i] = inside.get(i, 0) + 1
        while at - hits[first][0] >= width:
            gone = hits[first][1]
            inside[gone] -= 1
            if not inside[gone]:
                held -= weights[gone]
            first += 1
        best = max(best, held)
    return best


def _cosines(made: Signals, dense: NDArray[np.float64]) -> None:
    known = dense[~np.isnan(dense)]
    if not len(known):
        return
    low, high = float(known.min()), float(known.max())
    made[:, 0] = np.where(np.isnan(dense), low, dense) - high
    made[:, 1] = (made[:, 0] + high - low) / (high - low) if high > low else 1.0


def _articles(
    made: Signals,
    candidates: Sequence[Candidate],
    seen: Sequence[Mapping[int, float]],
    weights: Sequence[float],
    total: float,
) -> None:
    """What the other candidates of the same article say for it."""
    rows: dict[str, list[int]] = {}
    for row, one in enumerate(candidates):
        rows.setdefault(one.article_id, []).append(row)
    dense, bm25 = made[:, 1].tolist(), made[:, 3].tolist()
    of = np.zeros((len(candidates), 4))
    for same in rows.values():
        covered = sum(weights[i] for i in {i for row in same for i in seen[row]}) / total
        best = (max(dense[r] for r in same), max(bm25[r] for r in same), covered, min(len(same) - 1, 5) / 5)
        for row in same:
            of[row] = best
    made[:, 14:18] = of


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
