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
_NUMBER = re.compile(
    r"(?P<hundredths>百分之)?(?P<digits>\d+(?:[.,]\d+)*)(?P<percent>\s?(?:%|per\s?cent\b))?", re.IGNORECASE
)
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|neither|nor|cannot|without)\b|n['’]t\b"
    r"|不(?![仅但断管论])|没|未(?!来)|无(?!论|线|人机)|非(?![常洲])",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(
    r"[,;:，；：。.!?！？—\n]|\b(?:but|although|while|because|that|which|who|when|if)\b|但|虽然|因为", re.IGNORECASE
)
# What is left of a claim that says yes where its quote says no, or no where it says yes: too little to be shown.
_OPPOSED = 0.35


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
    score = _share(asked, quoted)
    if _opposed(claim, asked, quoted):
        score *= _OPPOSED
    return Check(
        "supported" if score >= _SUPPORTED else "partial" if score >= _PARTIAL else "unsupported", round(score, 3)
    )


def numbers(text: str) -> frozenset[str]:
    """Numbers as they are meant: `3,000` is `3000`, full width is half width, `5 percent` is `5%` and not `5`."""
    return frozenset(
        n["digits"].replace(",", "") + ("%" if n["hundredths"] or n["percent"] else "")
        for n in _NUMBER.finditer(unicodedata.normalize("NFKC", text))
    )


def _opposed(claim: str, asked: Sequence[str], quoted: str) -> bool:
    """Whether a claim denies more than its quotes do, or leaves out the "not" of the clause that it repeats."""
    denied = len(_NEGATION.findall(claim))
    if denied:
        return denied > len(_NEGATION.findall(quoted))
    clause = max(_CLAUSE_END.split(quoted), key=lambda part: _share(asked, part))
    return bool(_NEGATION.search(clause)) and _share(asked, clause) >= _SUPPORTED


def _share(asked: Sequence[str], text: str) -> float:
    """How much of a claim's terms, by weight, stand in a text."""
    found = frozenset(terms(text))
    return sum(_weight(term) for term in asked if term in found) / sum(map(_weight, asked))


def _by_cosine(cosine: float | None) -> Check:
    if cosine is None:
        return Check("partial", 0.5)
    score = round(max(0.0, min(1.0, (cosine - 0.7) / 0.2)), 3)
    return Check(
        "supported" if cosine >= _SUPPORTED_COSINE else "partial" if cosine >= _PARTIAL_COSINE else "unsupported", score
    )


def _weight(term: str) -> float:
    return 1.0 + min(len(term), 8) / 8
