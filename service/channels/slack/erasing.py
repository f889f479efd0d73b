"""Deletes what the bot has kept of a person."""

from __future__ import annotations

from sqlalchemy import Connection, delete

from service.channels.slack.schema import TABLES, answered, asks, threads
from service.channels.slack.threads import alone
from service.forgetting import Room


def erase(connection: Connection, name: str) -> int:
    """Delete what somebody of that name asked, and which of their answers are watched; how many questions."""
    if not name.startswith("slack:"):
        return 0
    user = name.removeprefix("slack:")
    connection.execute(delete(answered).where(answered.c.asker == name))
    connection.execute(delete(threads).where(threads.c.thread == alone(user)))
    return connection.execute(delete(asks).where(asks.c.asker == user)).rowcount


ROOMS = (Room(TABLES, erase),)
