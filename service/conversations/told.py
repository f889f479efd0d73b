"""Turns that were not kept: whoever asks tells them again with each question."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.language import language_of
from ingest.sentences import sentences
from service.answer import Answer, Citation, Exchange, Sentence
from service.conversations.condense import read
from service.conversations.courtesy import courtesy
from service.conversations.reading import Before
from service.conversations.turn import Turn

# Characters of a question and of an answer that a follow-up can lean on.
_QUESTION, _ANSWER = 2000, 4000


def told(history: Sequence[Exchange]) -> list[Turn]:
    """The turns, each question made to stand alone by rules. They say what a follow-up means, and prove nothing."""
    turns: list[Turn] = []
    for exchange in history:
        asked = exchange.question.strip()[:_QUESTION]
        if not asked or courtesy(asked) is not None:
            continue
        alone = read(asked, Before.of(turns)).text if turns else asked
        turns.append(Turn(_answer(asked, alone, exchange), (), "", ""))
    return turns


def _answer(asked: str, alone: str, exchange: Exchange) -> Answer:
    said = exchange.answer.strip()[:_ANSWER]
    return Answer(
        id="",
        conversation_id="",
        question=asked,
        standalone_question=alone,
        language=language_of(asked),
        outcome="answered" if said else "declined",
        mode="extractive",
        text=said,
        sentences=tuple(Sentence(said[s.start : s.end], (), "supported", 1.0) for s in sentences(said)),
        citations=tuple(
            Citation(n, "", "", 0, title, None, None, None, None, None, "", 0, 0, "")
            for n, title in enumerate(exchange.titles, 1)
        ),
    )
