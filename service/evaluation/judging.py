"""Judges one answer: does it say the reference, and do its quotes stand where the evidence stands?"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from service.answering.quantities import in_digits, numbers

_MARKS = re.compile(r"\s*\[\d+\]")
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_WORD = re.compile(r"\w+")
_HAN = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_MONTH = re.compile(
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December)\b", re.IGNORECASE
)
_MORE_THAN_NUMBER = re.compile(r"[^\d.,%/\s年月日号个人次分点名周倍元种项条台家岁场位天时-]")
# A quote that the article has in another wording counts as the same where so much of its 8-character shingles is there.
_SAME, _SHINGLE = 0.5, 8


@lru_cache(maxsize=20_000)
def folded(text: str) -> str:
    """Letters and digits alone, NFKC and case folded: how quotes and chunks are compared."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def without_marks(text: str) -> str:
    """An answer's text without the numbers of its citations."""
    return _MARKS.sub("", text)


def says(text: str, wordings: Sequence[str]) -> bool:
    """Whether a text contains one of the wordings.

    Case, punctuation and articles do not count (as in SQuAD); Latin script is compared by words, Chinese by characters,
    and a wording that is a number or date by its value.
    """
    return any(_says(text, wording) for wording in wordings)


def says_all(text: str, answers: Sequence[str], parts: Sequence[Sequence[str]]) -> bool | None:
    """Whether a text has every part, or else one of the answers; None where no reference is known."""
    if parts:
        return all(says(text, wordings) for wordings in parts)
    return says(text, answers) if any(folded(a) for a in answers) else None


def _says(text: str, wording: str) -> bool:
    if not folded(wording):
        return False
    if _HAN.search(wording):
        if folded(wording) in folded(text):
            return True
    elif f" {_words(wording)} " in f" {_words(text)} ":
        return True
    values = numbers(wording) if _is_number(wording) else frozenset()
    return bool(values) and values <= numbers(text)


def _words(text: str) -> str:
    """Words between single blanks; a Chinese character is a word, so that `308` is found in `308分`."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace(",", "").replace("’", "'").replace("'s", " s")
    return " ".join(_WORD.findall(_HAN.sub(r" \g<0> ", _ARTICLES.sub(" ", plain))))


def _is_number(wording: str) -> bool:
    """Whether a wording says a number or a date and nothing else, a Chinese unit apart."""
    return not _MORE_THAN_NUMBER.search(_MONTH.sub("", in_digits(wording)))


@dataclass(frozen=True, slots=True)
class Squeezed:
    """A text as `folded` has it, with the place of each of its characters in the text itself."""

    text: str
    places: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> Squeezed:
        """Fold character by character: a character may become several, which share its place."""
        letters: list[str] = []
        places: list[int] = []
        for place, character in enumerate(text):
            kept = folded(character)
            letters.append(kept)
            places.extend([place] * len(kept))
        return cls("".join(letters), tuple(places))

    def spans(self, quote: str) -> list[tuple[int, int]]:
        """Every place where a quote stands, whatever stands between its letters."""
        wanted = folded(quote)
        found = []
        at = self.text.find(wanted) if wanted else -1
        while at >= 0:
            found.append((self.places[at], self.places[at + len(wanted) - 1] + 1))
            at = self.text.find(wanted, at + 1)
        return found

    def within(self, start: int, end: int) -> str:
        """The folded text of a span."""
        return self.text[bisect_left(self.places, start) : bisect_right(self.places, end - 1)]


def overlaps(article: Squeezed, start: int, end: int, gold: str) -> bool:
    """Whether characters `start` to `end` of an article share something with a gold quote of that article.

    Where the article does not have the gold quote to the letter, its wording is compared instead.
    """
    spans = article.spans(gold)
    if spans:
        return any(start < stop and begin < end for begin, stop in spans)
    quoted, wanted = article.within(start, end), folded(gold)
    shorter, longer = sorted((quoted, wanted), key=len)
    if len(shorter) < _SHINGLE:
        return bool(shorter) and shorter in longer
    shingles = [shorter[i : i + _SHINGLE] for i in range(len(shorter) - _SHINGLE + 1)]
    return sum(s in longer for s in shingles) / len(shingles) >= _SAME
