"""Deletes what was asked, so that nothing of it is left in the file; citations stay, which hold nothing of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, distinct, func, or_, select

from service.conversations.schema import answers, feedback
from service.conversations.store import Conversations

_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Erased:
    """How many of each were deleted."""

    conversations: int
    answers: int
    feedback: int


def erase(connection: Connection, name: str) -> Erased:
    """Delete what a named asker asked and thought, and what others thought of their answers."""
    theirs = answers.c.asker == name
    conversations = connection.scalar(select(func.count(distinct(answers.c.conversation_id))).where(theirs)) or 0
    of_theirs = feedback.c.answer.in_(select(answers.c.number).where(theirs))
    opinions = connection.execute(delete(feedback).where(or_(feedback.c.asker == name, of_theirs))).rowcount
    return Erased(conversations, connection.execute(delete(answers).where(theirs)).rowcount, opinions)


def expire(conversations: Conversations, days: float) -> Erased:
    """Delete answers that are older, with their feedback, a few at a time: whoever writes does not wait for all."""
    conversations.prepare()
    limit = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="seconds")
    old = select(answers.c.number).where(answers.c.asked_at < limit).order_by(answers.c.asked_at).limit(_AT_ONCE)
    gone, opinions, touched = 0, 0, set[str]()
    while True:
        with conversations.catalogue.erasing() as connection:
            numbers = list(connection.scalars(old))
            if not numbers:
                return Erased(len(touched), gone, opinions)
            these = answers.c.number.in_(numbers)
            touched |= set(connection.scalars(select(answers.c.conversation_id).where(these)))
            opinions += connection.execute(delete(feedback).where(feedback.c.answer.in_(numbers))).rowcount
            gone += connection.execute(delete(answers).where(these)).rowcount
