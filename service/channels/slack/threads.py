"""Threads the bot answers in, and their conversations."""

from __future__ import annotations

import secrets
import time

from sqlalchemy import ColumnElement, select
from sqlalchemy.dialects.sqlite import insert

from service.channels.slack.contracts import Ask
from service.channels.slack.rows import Rows
from service.channels.slack.schema import threads

# What is asked outside of threads goes on with what was asked before it, for as long as it is the same talk.
_SAME_TALK = 6 * 3600.0


class KeptThreads:
    """See `Threads`."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def knows(self, channel: str, thread: str) -> bool:
        """See `Threads.knows`."""
        return self.kind(channel, thread) is not None

    def kind(self, channel: str, thread: str) -> str | None:
        """How a thread began; None where the bot is no part of it."""
        with self._rows.reading() as connection:
            return connection.scalar(select(threads.c.kind).where(_is(channel, thread)))

    def begin(self, channel: str, thread: str, kind: str) -> None:
        """Answer in a thread from now on."""
        with self._rows.writing() as connection:
            made = {"channel": channel, "thread": thread, "kind": kind, "used_at": time.time()}
            connection.execute(insert(threads).values(**made, conversation_id=_new()).on_conflict_do_nothing())

    def conversation(self, ask: Ask) -> str:
        """See `Threads.conversation`."""
        now = time.time()
        with self._rows.writing() as connection:
            thread = ask.thread if ask.thread is not None and not ask.ephemeral else ""
            known = None
            if ask.kind == "direct" and ask.thread == ask.ts:
                known = connection.execute(select(threads).where(_is(ask.channel, ""))).first()
                known = known if known is not None and now - known.used_at < _SAME_TALK else None
            elif thread:
                known = connection.execute(select(threads).where(_is(ask.channel, thread))).first()
            else:
                thread = alone(ask.user)
                known = connection.execute(select(threads).where(_is(ask.channel, thread))).first()
                known = known if known is not None and now - known.used_at < _SAME_TALK else None
            conversation = str(known.conversation_id) if known is not None else _new()
            of = (thread, "") if ask.kind == "direct" and ask.thread == ask.ts else (thread,)
            for one in of:
                row = {"channel": ask.channel, "thread": one, "kind": ask.kind, "conversation_id": conversation}
                change = {"conversation_id": conversation, "used_at": now}
                made = insert(threads).values(**row, used_at=now)
                connection.execute(made.on_conflict_do_update(index_elements=["channel", "thread"], set_=change))
        return conversation


def _is(channel: str, thread: str) -> ColumnElement[bool]:
    return (threads.c.channel == channel) & (threads.c.thread == thread)


def alone(user: str) -> str:
    """In place of a thread, for what one person alone is shown."""
    return f"of {user}"


def _new() -> str:
    return f"con_{secrets.token_hex(12)}"
