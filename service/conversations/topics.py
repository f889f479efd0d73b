"""What a follow-up leans on, in the language of the question before it, whichever that is of the follow-up."""

from __future__ import annotations

import re

from ingest.language import is_cjk, language_of
from service.conversations import chinese_parts, english_ellipsis, english_topic
from service.conversations.english_parts import YEAR
from service.conversations.reading import Before

_LONGEST = 220


def topic(before: Before, many: bool = False) -> str:
    """The phrase that “it” (or, for `many`, “they”) means."""
    return chinese_parts.topic(before, many) if _chinese(before) else english_topic.topic(before, many)


def about(before: Before) -> str:
    """All that the last question was about."""
    return chinese_parts.about(before) if _chinese(before) else english_topic.about(before)


def title(before: Before) -> str:
    """The article that was quoted first."""
    return chinese_parts.title(before) if _chinese(before) else english_topic.title(before)


def place(before: Before) -> str:
    """Where it was; empty where no place was named."""
    return topic(before) if _chinese(before) else english_topic.place(before)


def in_place(fragment: str, before: Before) -> str:
    """The last question, asked of `fragment`."""
    if not _chinese(before):
        return english_ellipsis.in_place(fragment, before)
    if fragment.isascii():
        fragment = re.sub(r"(?i)^(?:in|for|at|on|from|the)\s+", "", fragment)
        fragment = f"{fragment}年" if YEAR.fullmatch(fragment) else fragment
    return chinese_parts.in_place(fragment, before)


def more(before: Before) -> str:
    """A question for more of the same."""
    return f"{about(before)}是怎样的？" if _chinese(before) else f"What is there about {about(before)}?"


def why(before: Before) -> str:
    """Why it is as it was answered; why at all where it was not."""
    if not _chinese(before):
        return english_topic.asked_again("why", before)
    said = chinese_parts.core(before.statement)
    question = chinese_parts.core(before.question)
    if said and is_cjk(language_of(said)) and len(said) <= _LONGEST and not question.startswith(("为什么", "为何")):
        return f"为什么{said}？"
    return f"{question}，为什么？"


def _chinese(before: Before) -> bool:
    return is_cjk(language_of(before.question))
