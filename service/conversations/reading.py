"""What was made of a question that may lean on the turns before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from service.conversations.turn import Turn


@dataclass(frozen=True, slots=True)
class Reading:
    """The question as it stands alone.

    `alone`: it did already, and `text` is as it was asked. `leans`: it leaned on the turns before. `unclear`: so few
    words of its own that only someone who understands it can tell; `text` is as it was asked.
    """

    text: str
    kind: Literal["alone", "leans", "unclear"]


@dataclass(frozen=True, slots=True)
class Before:
    """What a follow-up can lean on: the last question as it stood alone, and what was answered."""

    question: str
    statement: str = ""
    said: str = ""
    titles: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    offered: str = ""

    @classmethod
    def of(cls, turns: Sequence[Turn]) -> Before:
        """Of turns, the last one last."""
        answer = turns[-1].answer
        answered = answer.outcome != "declined" and bool(answer.sentences)
        return cls(
            turns[-1].question,
            " ".join(answer.sentences[0].text.split()) if answered else "",
            " ".join([*(s.text for s in answer.sentences), *(c.quote for c in answer.citations)]),
            tuple(dict.fromkeys(c.title for c in answer.citations)),
            tuple(dict.fromkeys(c.author for c in answer.citations if c.author)),
            answer.follow_ups[0] if answer.follow_ups else "",
        )
