"""Does a quote bear a sentence? Words by weight, numbers exactly, and the cosine across languages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.language import is_cjk, language_of
from ingest.terms import question_terms, terms
from service.answer import Support

_SUPPORTED, _PARTIAL = 0.6, 0.4
_SUPPORTED_COSINE, _PARTIAL_COSINE = 0.86, 0.83
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*%?")
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|neither|nor|cannot|without)\b|n['’]t\b|[不没未无非]|并非", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Check:
    """How well quotes bear a sentence."""

    support: Support
    score: float


def check(claim: str, quotes: Sequence[str], cosine: float | None = None) -> Check:
    """Weigh a claim against its quotes. `cosine` is that of claim and quotes, for different languages.

    A number that no quote has makes a claim unsupported: numbers are what readers act on.
    """
    if not quotes:
        return Check("unsupported", 0.0)
    quoted = "\n".join(quotes)
    if not numbers(claim) <= numbers(quoted):
        return Check("unsupported", 0.0)
    if is_cjk(language_of(claim)) != is_cjk(language_of(quoted)):
        return _by_cosine(cosine)
    asked = question_terms(claim)
    if not asked:
        return Check("partial", 0.5)
    found = frozenset(terms(quoted))
    weights = [_weight(term) for term in asked]
    score = sum(w for term, w in zip(asked, weights, strict=True) if term in found) / sum(weights)
    if bool(_NEGATION.search(claim)) and not _NEGATION.search(quoted):
        score *= 0.5
    return Check(
        "supported" if score >= _SUPPORTED else "partial" if score >= _PARTIAL else "unsupported", round(score, 3)
    )


def numbers(text: str) -> frozenset[str]:
    """Numbers as they are meant: `3,000` is `3000`, full width is half width."""
    return frozenset(n.replace(",", "") for n in _NUMBER.findall(unicodedata.normalize("NFKC", text)))


def _by_cosine(cosine: float | None) -> Check:
    if cosine is None:
        return Check("partial", 0.5)
    score = round(max(0.0, min(1.0, (cosine - 0.7) / 0.2)), 3)
    return Check(
        "supported" if cosine >= _SUPPORTED_COSINE else "partial" if cosine >= _PARTIAL_COSINE else "unsupported", score
    )


def _weight(term: str) -> float:
    return 1.0 + min(len(term), 8) / 8
