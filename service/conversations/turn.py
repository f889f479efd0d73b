"""A turn of a conversation."""

from __future__ import annotations

from dataclasses import dataclass

from service.answer import Answer


@dataclass(frozen=True, slots=True)
class Turn:
    """An answer as it was sent, with what was asked beside the question's words.

    `groups` were the asker's; `language` is the one they named, if they did; `asked_on` is the day that "this year" was
    read against; `made_by` is the version of Footnote; `asker` is the name of who asked, None for nobody in particular.
    """

    answer: Answer
    groups: tuple[str, ...]
    asked_on: str
    asked_at: str
    language: str | None = None
    made_by: str = ""
    asker: str | None = None

    @property
    def question(self) -> str:
        """What was asked, as it can be understood without the turns before it."""
        return self.answer.standalone_question

    def articles(self) -> frozenset[str]:
        """Articles that it quotes or names."""
        return frozenset(c.article_id for c in self.answer.citations) | {n.article_id for n in self.answer.nearest}
