"""What proves an answer, for channels that send it beside a text of their own."""

from __future__ import annotations

from dataclasses import dataclass, replace

from service.answer import Answer, Citation, Conflict, Mode, Nearest, Outcome, Sentence
from service.footnotes import absolute


@dataclass(frozen=True)  # no slots: the tools' schemas read defaults from the class
class Proof:
    """An answer without its receipt, which `GET /v1/answers/{answer_id}` gives; its links open from anywhere."""

    answer_id: str
    conversation_id: str
    outcome: Outcome
    mode: Mode
    language: str
    standalone_question: str
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    nearest: tuple[Nearest, ...]
    conflicts: tuple[Conflict, ...]
    missing: tuple[str, ...]
    notices: tuple[str, ...]
    follow_ups: tuple[str, ...]


def proof_of(answer: Answer, base: str = "") -> Proof:
    """The proof of an answer; `base` is the address that its links are relative to."""
    return Proof(
        answer_id=answer.id,
        conversation_id=answer.conversation_id,
        outcome=answer.outcome,
        mode=answer.mode,
        language=answer.language,
        standalone_question=answer.standalone_question,
        sentences=answer.sentences,
        citations=tuple(replace(c, link=absolute(c.link, base)) for c in answer.citations),
        nearest=tuple(replace(n, link=absolute(n.link, base)) for n in answer.nearest),
        conflicts=answer.conflicts,
        missing=answer.missing,
        notices=answer.notices,
        follow_ups=answer.follow_ups,
    )
