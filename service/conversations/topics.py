"""What a follow-up leans on, in the language of the question before it, whichever that is of the follow-up."""

from __future__ import annotations

import re

from ingest.language import is_cjk, language_of
from service.conversations import chinese_parts, english_ellipsis, english_topic
from service.conversations.english_parts import YEAR
from service.conversations.reading import Before

_LONGEST = 220
_MONTHS = "january february march april may june july august september october november december"
_TIMES = {
    "this year": "今年", "last year": "去年", "next year": "明年", "last month": "上个月", "this month": "本月",
    "last week": "上周", "this week": "本周", "last quarter": "上季度", "this quarter": "本季度", "today": "今天",
    "yesterday": "昨天", "the first quarter": "第一季度", "the second quarter": "第二季度",
    "the third quarter": "第三季度", "the fourth quarter": "第四季度", "double 11": "双11",
} | {month: f"{n}月" for n, month in enumerate(_MONTHS.split(), 1)}  # fmt: skip


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
        return english_ellipsis.in_place(_in_english(fragment), before)
    return chinese_parts.in_place(_in_chinese(fragment) if fragment.isascii() else fragment, before)


def _in_english(fragment: str) -> str:
    """A time that was said in Chinese, in English; anything else as it is."""
    year = re.fullmatch(r"((?:19|20)\d\d) ?年?", fragment)
    return year.group(1) if year else next((en for en, zh in _TIMES.items() if zh == fragment), fragment)


def _in_chinese(fragment: str) -> str:
    """What was said in English as a Chinese question takes it up, a time in Chinese."""
    bare = re.sub(r"(?i)^(?:in|for|at|on|from|the)\s+", "", fragment)
    return f"{bare}年" if YEAR.fullmatch(bare) else _TIMES.get(bare.casefold(), bare)


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
