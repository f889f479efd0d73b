"""What may be asked."""

from __future__ import annotations

import unicodedata

from ingest.language import language_of
from prompts import phrase
from service.errors import QuestionRejected


def checked(text: str, most: int, language: str | None = None) -> str:
    """The question without white space around it.

    Raises:
        QuestionRejected: it is empty, too long, has control characters, or has no words.
    """
    language = language or language_of(text[:500])
    stripped = text.strip()
    if not stripped:
        raise QuestionRejected(phrase("question_empty", language))
    if len(stripped) > most:
        raise QuestionRejected(phrase("question_long", language, length=f"{len(stripped):,}", most=f"{most:,}"))
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\r\t" for c in stripped):
        raise QuestionRejected(phrase("question_control", language))
    if not any(c.isalnum() for c in stripped):
        raise QuestionRejected(phrase("question_wordless", language))
    return stripped
