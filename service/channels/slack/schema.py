"""Tables of the Slack bot. They stand in the catalogue's file, with migrations and a version of their own."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from ingest.index.database import Tables

TABLES = Tables("service.channels.slack:migrations", "slack_version", "0002")

metadata = MetaData()

changes = Table(
    "slack_changes",
    metadata,
    Column("number", Integer, primary_key=True, doc="Never given twice: processes ask for what came after the last."),
    Column("what", String, nullable=False, doc="Kind and id of what Slack said has changed: `user:U…`, `channel:C…`."),
    Column("at", String, nullable=False),
    sqlite_autoincrement=True,
)

answered = Table(
    "slack_answered",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("channel", String, nullable=False),
    Column("message", String, nullable=False, doc="The one that asked."),
    Column("thread", String, nullable=False),
    Column("asker", String, nullable=False, doc="The name of who asked, as it is kept with the answer."),
    Column("groups", JSON, nullable=False, doc="Those of everyone who read the answer there."),
    Column("language", String, nullable=False),
    Column("at", String, nullable=False),
    UniqueConstraint("channel", "message", name="slack_answered_once"),
    Index("slack_answered_asker", "asker"),
    Index("slack_answered_at", "at"),
)

cited = Table(
    "slack_cited",
    metadata,
    Column("answer", Integer, ForeignKey("slack_answered.number", ondelete="CASCADE"), primary_key=True),
    Column("article_id", String, primary_key=True),
    Column("version", Integer, doc="The last that the thread was told of; NULL once it was told that there is none."),
    Column("title", Text, nullable=False, doc="As the answer has it: a note says no more than was said."),
    Index("slack_cited_article", "article_id"),
)

notes = Table(
    "slack_notes",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("answer", Integer, ForeignKey("slack_answered.number", ondelete="CASCADE"), nullable=False),
    Column("changed", JSON, nullable=False, doc="Titles of the articles that have changed."),
    Column("gone", JSON, nullable=False, doc="Titles of those that are not there any more, or not for them."),
    Column("taken_by", String, doc="The process that posts it; NULL before one does."),
    Column("taken_at", String),
    Index("slack_notes_answer", "answer"),
)

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
