"""Tables of what is asked in Slack, and where; beside those of `schema`, and brought up to date with them."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Float, Index, Integer, MetaData, String, Table

metadata = MetaData()

asks = Table(
    "slack_asks",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("key", String, nullable=False, unique=True, doc="Of the message or the trigger: the same one never twice."),
    Column("at", Float, nullable=False, doc="When it was asked, as Slack says: the order of answers."),
    Column("line", String, nullable=False, doc="What is answered one after the other: a thread, or a person."),
    Column("channel", String, nullable=False),
    Column("ts", String, doc="The message that asks."),
    Column("thread", String, doc="The thread that is answered in."),
    Column("asker", String, nullable=False, doc="The user's id."),
    Column("ask", JSON, nullable=False, doc="All of it; without its words once it is answered."),
    Column("state", String, nullable=False, doc="waiting, answering, answered, failed, silent or gone."),
    Column("gone", Boolean, nullable=False, doc="The question was deleted: what was answered is to be taken back."),
    Column("revision", Integer, nullable=False, doc="Rises with every edit: an answer to an older one is none."),
    Column("tries", Integer, nullable=False),
    Column("not_before", Float, nullable=False, doc="Seconds since 1970."),
    Column("begun_at", Float, doc="Seconds since 1970: an attempt began then that did not come to its end."),
    Column("process", String, doc="The process that answers it."),
    Column("held_until", Float, doc="Seconds since 1970: not heard of until then, it is gone."),
    Column("messages", JSON, nullable=False, doc="The answer's messages, in order."),
    Column("answer_id", String),
    Index("slack_asks_state", "state", "at"),
    Index("slack_asks_line", "line", "state", "at"),
    Index("slack_asks_thread", "channel", "thread", "at"),
    Index("slack_asks_message", "channel", "ts"),
)

threads = Table(
    "slack_threads",
    metadata,
    Column("channel", String, primary_key=True),
    Column("thread", String, primary_key=True, doc="Its first message; empty for what stands outside of threads."),
    Column("conversation_id", String, nullable=False),
    Column("kind", String, nullable=False, doc="How it began."),
    Column("used_at", Float, nullable=False, doc="Seconds since 1970."),
)

seen = Table(
    "slack_seen",
    metadata,
    Column("key", String, primary_key=True, doc="Of an event or a request that was taken."),
    Column("at", Float, nullable=False, doc="Seconds since 1970."),
    Index("slack_seen_at", "at"),
)
