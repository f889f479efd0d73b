"""The conversations of one asker."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select

from service.conversations.rows import turn_of
from service.conversations.schema import answers
from service.conversations.store import Conversations
from service.conversations.turn import Turn
from service.identity import Identity
from service.identity.identity import personal

_AT_ONCE = 20
# Seconds that a listing waits for what was answered right before.
_PATIENCE = 1.0


@dataclass(frozen=True, slots=True)
class Listed:
    """A conversation by its first question; `place` is where a listing goes on after it."""

    id: str
    question: str
    asked_at: str
    last_asked_at: str
    place: int


def listed(conversations: Conversations, asker: Identity, limit: int, before: int | None = None) -> list[Listed]:
    """Their own conversations, the one that was gone on with last first; none for nobody in particular."""
    name = personal(asker.name)
    if name is None or limit <= 0:
        return []
    conversations.prepare()
    conversations.settle(_PATIENCE)
    found: list[Listed] = []
    for conversation, last, at in _conversations(conversations, name, before):
        first = _first(conversations, conversation, name, asker)
        if first is not None:
            found.append(Listed(conversation, first.answer.question, first.asked_at, at, last))
        if len(found) == limit:
            break
    return found


def _conversations(conversations: Conversations, name: str, before: int | None) -> Iterator[tuple[str, int, str]]:
    """(id, number of the last turn, when that was asked), in pieces, so that nobody waits for a slow reader."""
    last = func.max(answers.c.number)
    while True:
        query = select(answers.c.conversation_id, last.label("last")).where(answers.c.asker == name)
        query = query.group_by(answers.c.conversation_id).order_by(last.desc()).limit(_AT_ONCE)
        if before is not None:
            query = query.having(last < before)
        with conversations.catalogue.reading() as connection:
            rows = [(row.conversation_id, row.last) for row in connection.execute(query)]
            times = select(answers.c.number, answers.c.asked_at).where(answers.c.number.in_([n for _, n in rows]))
            at = {row.number: row.asked_at for row in connection.execute(times)}
        if not rows:
            return
        before = rows[-1][1]
        yield from ((conversation, number, at[number]) for conversation, number in rows)


def _first(conversations: Conversations, conversation_id: str, name: str, asker: Identity) -> Turn | None:
    """The first turn that they may still read."""
    after = 0
    while True:
        query = select(answers).where(
            answers.c.asker == name, answers.c.conversation_id == conversation_id, answers.c.number > after
        )
        with conversations.catalogue.reading() as connection:
            rows = connection.execute(query.order_by(answers.c.number).limit(_AT_ONCE)).all()
        if not rows:
            return None
        readable = conversations.access.open_to([turn_of(row) for row in rows], asker.sees)
        if readable:
            return readable[0]
        after = rows[-1].number
