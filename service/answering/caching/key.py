"""What has to be equal for an answer to be given again."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import date

from service.answer import Question
from service.answering.caching.likeness import form_of
from service.answering.compose import Draft


@dataclass(frozen=True, slots=True)
class Key:
    """The question as it stands alone, word for word; `form` is the same of all questions that ask the same.

    `scope` is everything else that an answer depends on. Prompt, models and their settings are none of it: a cache
    serves one engine, whose settings never change.
    """

    scope: Hashable
    words: str
    form: Hashable | None

    @staticmethod
    def of(draft: Draft, question: Question) -> Key:
        """The key of a question that was made to stand alone.

        Whatever is added to `Question` keeps answers apart, until it is left out here.
        """
        rest = replace(
            question,
            text="",
            conversation_id=None,
            asker=None,
            history=(),
            groups=tuple(sorted(set(question.groups))),
            asked_on=question.asked_on or date.today().isoformat(),
        )
        form = form_of(draft.standalone)
        return Key((rest, draft.language, draft.public_url), " ".join(draft.standalone.split()), form)

    @property
    def exact(self) -> Hashable:
        """Of the same words."""
        return self.scope, self.words

    @property
    def near(self) -> Hashable | None:
        """Of the same meaning; None where that cannot be told."""
        return None if self.form is None else (self.scope, self.form)
