"""Answers made for tests of how they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from service.answer import Answer, Citation, Sentence, Settled

BASE = "https://footnote.example"


def cited(number: int, quote: str = "Leave is 20 weeks.", title: str = "Leave", **more: Any) -> Citation:
    told: dict[str, Any] = {
        "id": f"cit_{number}",
        "article_id": f"article-{number}",
        "version": 1,
        "author": None,
        "url": None,
        "published_at": "2024-03-01T00:00:00Z",
        "section": None,
        "page": None,
        "start": 0,
        "end": len(quote),
        "link": f"/articles/article-{number}?version=1&start=0&end={len(quote)}#quote",
    }
    return Citation(number=number, quote=quote, title=title, **{**told, **more})


def sentence(text: str, *numbers: int, support: Any = "supported") -> Sentence:
    return Sentence(text, numbers, support, 1.0)


def answered(sentences: Sequence[Sentence], citations: Sequence[Citation] = (), **more: Any) -> Answer:
    told: dict[str, Any] = {
        "id": "ans_1",
        "conversation_id": "con_1",
        "question": "How long is leave?",
        "standalone_question": "How long is leave?",
        "language": "en",
        "outcome": "answered",
        "mode": "generative",
        "text": " ".join(s.text for s in sentences),
    }
    return Answer(sentences=tuple(sentences), citations=tuple(citations), **{**told, **more})


def settled(*sentences: Sentence, citations: Sequence[Citation] = ()) -> list[Settled]:
    """The events of sentences; each introduces the citations that no sentence before it has."""
    seen: set[int] = set()
    events = []
    for one in sentences:
        fresh = tuple(c for c in citations if c.number in one.citations and c.number not in seen)
        seen |= {c.number for c in fresh}
        events.append(Settled(one, fresh))
    return events
