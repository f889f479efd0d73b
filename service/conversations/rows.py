"""Answers and their citations as rows."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row

from service.answer import Answer, Citation
from service.conversations.turn import Turn

_ANSWER = TypeAdapter(Answer)


def answer_row(turn: Turn) -> dict[str, Any]:
    """The row of a turn, without its number."""
    return {
        "id": turn.answer.id,
        "conversation_id": turn.answer.conversation_id,
        "groups": list(turn.groups),
        "language": turn.language,
        "asked_on": turn.asked_on,
        "asked_at": turn.asked_at,
        "made_by": turn.made_by,
        "asker": turn.asker,
        "answer": _ANSWER.dump_json(turn.answer).decode(),
    }


def cited_rows(citations: Sequence[Citation], answer: int | None) -> list[dict[str, Any]]:
    """The rows of citations; `answer` is the number of theirs, where it is kept."""
    return [
        {
            "id": c.id,
            "answer": answer,
            "number": c.number,
            "article_id": c.article_id,
            "version": c.version,
            "start": c.start,
            "end": c.end,
            "quote_hash": hash_of(c.quote),
        }
        for c in citations
    ]


def turn_of(row: Row[Any]) -> Turn:
    """The turn in a row of the answers."""
    answer = _ANSWER.validate_json(row.answer)
    return Turn(answer, tuple(row.groups), row.asked_on, row.asked_at, row.language, row.made_by, row.asker)


def hash_of(quote: str) -> str:
    """SHA-256 of a quote."""
    return hashlib.sha256(quote.encode()).hexdigest()
