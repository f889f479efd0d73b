"""Whether an answer is worth saying, where nobody asked the bot for it or it is to say nothing rather than decline."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from typing import TypeVar

from service.answer import Answer, AnswerEvent, Completed, Failed, Settled

T = TypeVar("T")


async def worth_saying(
    events: AsyncIterator[AnswerEvent], unsure: bool, silent: bool
) -> AsyncGenerator[AnswerEvent, None]:
    """The events, once it is known that the answer is to be shown; none where it is not."""
    kept: list[AnswerEvent] = []
    decided = not (unsure or silent)
    async for event in events:
        if decided:
            yield event
            continue
        kept.append(event)
        if isinstance(event, Completed):
            decided = _sure(event.answer) if unsure else event.answer.outcome != "declined"
        elif isinstance(event, (Settled, Failed)):
            decided = not unsure
        if decided:
            for one in kept:
                yield one


def _sure(answer: Answer) -> bool:
    """Whether nothing is missing, unsure or in dispute."""
    good = all(s.support == "supported" for s in answer.sentences)
    return answer.outcome == "answered" and bool(answer.citations) and good and not answer.conflicts


async def led_by(first: T, others: AsyncIterator[T]) -> AsyncGenerator[T, None]:
    """All of them, the first of which was read already."""
    yield first
    async for one in others:
        yield one
