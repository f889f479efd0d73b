"""Tables of the Slack bot. They stand in the catalogue's file, with migrations and a version of their own."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, MetaData, String, Table, Text, UniqueConstraint

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
