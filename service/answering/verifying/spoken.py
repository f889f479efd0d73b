"""Claims and quotes taken apart into what verification compares. Everything here is cached by text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from ingest.sentences import sentences
from ingest.terms import question_terms, terms
from service.answering.quantities import in_digits, numbers, numbers_borne

# A claim that is a question and its answer, as models and FAQs write them: what it claims is the answer.
_ANSWERED = re.compile(
    r"\A\s*(?:question|q|问题|问)\s*[:：](?P<question>.*?)\s(?:answer|a|答案|答)\s*[:：](?P<answer>.+)\Z",
    re.IGNORECASE | re.DOTALL,
)
_HAN = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_LETTER = re.compile(r"[^\W\d_]")
# A Han character carries about as much as two and a half Latin letters, as in `ingest.language`.
_HAN_LETTERS = 2.5
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][\w'-]+")
_CLAUSE_END = re.compile(
    r"[,;:]\s|[，；：]|\b(?:and|but|while|whereas|although|because|as)\b|同时|但是?|而且?|因为|所以", re.IGNORECASE
)
_A_CLAUSE = 3
_NUMBER_WEIGHT, _HAN_WEIGHT = 4.0, 3.0
# Words of one stem family: as many first letters alike, and this share of the longer one.
_STEM, _STEM_SHARE, STEM_COUNTS = 4, 0.6, 0.7
_CACHED = 8192


@dataclass(frozen=True, eq=False)
class Spoken:
    """A sentence of a quote; what only few of them are asked for is made when it first is."""

    text: str
    terms: tuple[str, ...]
    known: frozenset[str]

    @cached_property
    def pairs(self) -> frozenset[tuple[str, ...]]:
        """Terms that follow each other."""
        return frozenset(pairwise(self.terms))

    @cached_property
    def triples(self) -> frozenset[tuple[str, ...]]:
        """Three terms that follow each other."""
        return frozenset(zip(self.terms, self.terms[1:], self.terms[2:], strict=False))

    @cached_property
    def stems(self) -> Mapping[str, tuple[str, ...]]:
        """Words of an alphabet by their beginning."""
        found: dict[str, list[str]] = {}
        for term in dict.fromkeys(self.terms):
            if len(term) >= _STEM and term.isascii():
                found.setdefault(term[:_STEM], []).append(term)
        return {start: tuple(words) for start, words in found.items()}

    def bears(self, term: str) -> float:
        """1 where the term stands here, less where only a word of its stem does, else 0."""
        if term in self.known:
            return 1.0
        if len(term) < _STEM or not term.isascii():
            return 0.0
        return STEM_COUNTS if any(_related(term, other) for other in self.stems.get(term[:_STEM], ())) else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """A claim: its terms in order, those that say something with their weights, and of these the ones it asserts.

    The weight of a word grows with its length: a table of frequencies in the language did not tell claims apart better.
    """

    text: str
    terms: tuple[str, ...]
    weights: Mapping[str, float]
    asserted: Mapping[str, float]
    content: tuple[str, ...]
    numbers: frozenset[str]
    names: tuple[str, ...]


@lru_cache(_CACHED)
def spoken(sentence: str) -> Spoken:
    """A sentence taken apart."""
    found = tuple(terms(in_digits(sentence)))
    return Spoken(sentence, found, frozenset(found))


@lru_cache(_CACHED // 8)
def sentences_of(text: str) -> tuple[Spoken, ...]:
    """The sentences of a text; the text itself where it has none."""
    return tuple(spoken(text[s.start : s.end]) for s in sentences(text)) or (spoken(text),)


@lru_cache(_CACHED // 8)
def said(claim: str) -> Said:
    """A claim taken apart."""
    answered = _ANSWERED.match(claim)
    asserted = answered["answer"] if answered else claim
    whole = in_digits(f"{answered['question']} {asserted}" if answered else claim)
    weights = _weighed(question_terms(whole))
    core = in_digits(asserted)
    found = tuple(terms(whole))
    return Said(
        claim,
        found,
        weights,
        _weighed(question_terms(core) or terms(core)) if answered else weights,
        tuple(t for t in found if t in weights),
        numbers(asserted),
        tuple(t for name in _NAME.findall(asserted) for t in terms(name)),
    )


@lru_cache(_CACHED // 8)
def clauses(claim: str) -> tuple[str, ...]:
    """The clauses of a claim, those that say too little with the one before them; none where there is one alone."""
    found: list[str] = []
    begin = 0
    for end in (*(m.start() for m in _CLAUSE_END.finditer(claim)), len(claim)):
        part = claim[begin:end].strip(" ,;:，；：")
        if len(said(part).content) >= _A_CLAUSE:
            found.append(part)
            begin = end
    if found and begin < len(claim):
        found[-1] = f"{found[-1]} {claim[begin:].strip()}"
    return tuple(found) if len(found) > 1 else ()


@lru_cache(_CACHED)
def numbers_in(sentence: str) -> frozenset[str]:
    """The numbers that a sentence bears."""
    return numbers_borne(sentence)


@lru_cache(_CACHED)
def in_han(text: str) -> bool | None:
    """Whether a text is written without spaces between words; None where it has no letters."""
    letters = len(_LETTER.findall(text))
    han = len(_HAN.findall(text))
    return han * _HAN_LETTERS > letters - han if letters else None


def _weighed(found: Sequence[str]) -> Mapping[str, float]:
    return {term: _weight(term) for term in found}


def _weight(term: str) -> float:
    if term[0].isdigit():
        return _NUMBER_WEIGHT
    return 1.5 + 3 * min(len(term), 8) / 8 if term.isascii() else _HAN_WEIGHT


def _related(one: str, other: str) -> bool:
    shared = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return shared >= _STEM and shared >= _STEM_SHARE * max(len(one), len(other))
