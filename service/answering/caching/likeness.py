"""What a question asks, in a form that is the same of questions that ask the same in almost the same words.

Nearness of embeddings does not tell: questions that differ in a number, a name or a "not" are nearer to each other than
most paraphrases are (`benchmarks/cache.py`). So a form keeps every word that could change the answer, in order, and
leaves out or makes alike only what cannot.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable

from service.answering.caching.chinese import chinese_form
from service.answering.caching.english import english_form
from service.answering.quantities import numbers

_HAN = re.compile(r"[\u3400-\u9fff]")
_KANA_HANGUL = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
_QUOTED = re.compile(r"[\"“”„«»‘](.+?)[\"”“«»’]|《(.+?)》|「(.+?)」")
_LONGEST = 300


def form_of(question: str) -> Hashable | None:
    """The form of a question; None where there is none that would be safe."""
    if len(question) > _LONGEST or _KANA_HANGUL.search(question):
        return None
    text = unicodedata.normalize("NFKC", question).replace("’", "'").strip()
    quoted = frozenset(next(filter(None, found)) for found in _QUOTED.findall(question))
    form = chinese_form(text) if _HAN.search(text) else english_form(text)
    return (form, numbers(text), quoted, _written_otherwise(question)) if form else None


def _written_otherwise(question: str) -> tuple[str, ...]:
    """Characters that say more than the plain ones that are read for them: x² is not x2. Width alone says nothing."""
    kinds = ((c, unicodedata.decomposition(c)) for c in question if not c.isascii())
    return tuple(c for c, kind in kinds if kind.startswith("<") and not kind.startswith(("<wide>", "<noBreak>")))
