"""Articles that say the same: exact copies, and near ones found by MinHash (Broder 1997) and then compared.

Two texts are the same where they share nearly all runs of words and every number: a report of another quarter, in the
same words with other figures, is another article.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence

import numpy as np

from ingest.article import Article
from ingest.index import Catalogue

_TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|\d+(?:[.,]\d+)*|[^\W\d_]+")
_RUN = 4
# 12 bands of 10 rows: texts that share nine tenths of their runs meet in one of them with a probability of .99.
_BANDS, _ROWS = 12, 10
_SEED = 618
# Shorter texts share runs by chance, and differ in a word that matters.
_LEAST_TOKENS = 60


def bands_of(text: str) -> list[str]:
    """Names of the places where articles that may say the same meet; the first is that of exact copies alone."""
    tokens = _tokens(text)
    bands = ["exact:" + hashlib.sha256(" ".join(tokens).encode()).hexdigest()[:24]]
    if len(tokens) < _LEAST_TOKENS:
        return bands
    from rensa import RMinHash

    signature = RMinHash(num_perm=_BANDS * _ROWS, seed=_SEED)
    signature.update(sorted(_runs(tokens)))
    digest = np.array(signature.digest(), np.uint32).reshape(_BANDS, _ROWS)
    return bands + [f"{i}:{hashlib.blake2b(row.tobytes(), digest_size=9).hexdigest()}" for i, row in enumerate(digest)]


def same(one: str, other: str, least: float) -> bool:
    """Whether two texts say the same: equal words, or a share `least` of all runs in common and equal numbers."""
    first, second = _tokens(one), _tokens(other)
    if first == second:
        return True
    if min(len(first), len(second)) < _LEAST_TOKENS or _numbers(first) != _numbers(second):
        return False
    runs, others = _runs(first), _runs(second)
    return len(runs & others) >= least * len(runs | others)


def same_article(one: Article, other: Article, least: float) -> bool:
    """Whether two articles say the same to the same groups; for other groups each is an article of its own."""
    return set(one.groups) == set(other.groups) and same(one.text, other.text, least)


def original_of(catalogue: Catalogue, article: Article, bands: Sequence[str], least: float) -> str | None:
    """The article that is searched already and says the same, if there is one."""
    for other in catalogue.sharing(article.id, bands):
        # Its newest version, which may still wait for vectors: search will see that one.
        known = catalogue.article(other, catalogue.next_version(other) - 1)
        if known is not None and same_article(known, article, least):
            return other
    return None


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(unicodedata.normalize("NFKC", text).lower())


def _runs(tokens: Sequence[str]) -> frozenset[str]:
    return frozenset(" ".join(tokens[i : i + _RUN]) for i in range(len(tokens) - _RUN + 1))


def _numbers(tokens: Sequence[str]) -> frozenset[str]:
    return frozenset(t for t in tokens if t[0].isdigit())
