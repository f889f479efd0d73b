"""How many tokens a text has, about: for endpoints that do not say, and for budgets before anything is asked."""

from __future__ import annotations

import re

# What tokenizers of byte-pair encoding make of prose: four letters a token, a character of Chinese or Japanese each.
_LETTERS = 4
_CJK = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")


def estimated_tokens(text: str) -> int:
    """Rather too many than too few."""
    single = sum(1 for _ in _CJK.finditer(text))
    return single + -(-(len(text) - single) // _LETTERS)
