"""Deletes what the bot has kept of a person."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select

from service.channels.slack.contracts import DIRECT
from service.channels.slack.schema import TABLES, answered, asks, threads
from service.channels.slack.threads import alone
from service.forgetting import Room


def erase(connection: Connection, name: str) -> int:
    """Delete what somebody of that name asked, their talks with the bot alone, and which answers are watched for them.

    Gives how many questions.
    """
    if not name.startswith("slack:"):
        return 0
    user = name.removeprefix("slack:")
    connection.execute(delete(answered).where(answered.c.asker == name))
    talks = select(asks.c.channel).where(asks.c.asker == user, asks.c.ask["kind"].as_string().in_(DIRECT))
    connection.execute(delete(threads).where((threads.c.thread == alone(user)) | threads.c.channel.in_(talks)))
    return connection.execute(delete(asks).where(asks.c.asker == user)).rowcount


ROOMS = (Room(TABLES, erase),)
