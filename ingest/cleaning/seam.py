"""How two pieces of a broken line meet: with a space, without one, or across a hyphen."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ingest.cleaning.lines import CONTINUERS, is_cjk

_WORD = re.compile(r"[a-z]+(?:['’-][a-z]+)*-?")
_STEM = re.compile(r"(?:[^\W\d_]+['’-])*[^\W\d_]+(?=-$)")
_TAIL = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_NEUTRAL = "“”‘’…—"
_KEPT_PREFIXES = frozenset(["non", "self", "ex", "well", "half", "quasi", "cross", "all"])
_VOWEL_PREFIXES = frozenset(["co", "re", "pre", "de"])


class Seams:
    """Joins pieces, deciding about hyphens from how the rest of the text writes the word."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._words: set[str] = set()
        broken = False
        for text in lines:
            found = _WORD.findall(text.lower())
            self._words.update(word for word in (found[1:] if broken else found) if word[-1] != "-")
            broken = text.endswith("-")

    def between(self, before: str, after: str) -> tuple[int, str]:
        """How many characters to cut off the end of `before`, and what to put in between."""
        last, first = before[-1], after[0]
        if last == "\u00ad":
            return 1, ""
        if last == "-" and len(before) > 1 and before[-2].isalnum() and first.isalnum():
            return (1, "") if self._is_one_word(before[-60:], after[:60]) else (0, "")
        if first in CONTINUERS:
            return (1, "") if last in CONTINUERS else (0, "")
        return (
            (0, "")
            if _is_cjk_side(before[-4:].rstrip(_NEUTRAL)[-1:]) or _is_cjk_side(after[:4].lstrip(_NEUTRAL)[:1])
            else (0, " ")
        )

    def _is_one_word(self, before: str, after: str) -> bool:
        stem, tail = _STEM.search(before), _TAIL.match(after)
        if stem is None or tail is None or not after[0].islower():
            return False
        first, second = stem.group().lower(), tail.group().lower()
        if first + second in self._words:
            return True
        if f"{first}-{second}" in self._words or "-" in first:
            return False
        if len(first) == 1 or first in _KEPT_PREFIXES or (first in _VOWEL_PREFIXES and second[0] in "aeiou"):
            return False
        return not (len(first) > 2 and len(second) > 2 and first in self._words and second in self._words)


def _is_cjk_side(character: str) -> bool:
    return character != "" and is_cjk(character)
