"""Tables of the Slack bot. They stand in the catalogue's file, with migrations and a version of their own."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, MetaData, String, Table, Text, UniqueConstraint

from ingest.index.database import Tables

TABLES = Tables("service.channels.slack:migrations", "slack_version", "0002")

metadata = MetaData()

changes = Table(
    "slack_changes",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("what", String, nullable=False),
    Column("at", String, nullable=False),
    sqlite_autoincrement=True,
)

answered = Table(
    "slack_answered",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("channel", String, nullable=False),
    Column("message", String, nullable=False),
    Column("thread", String, nullable=False),
    Column("asker", String, nullable=False),
    Column("groups", JSON, nullable=False),
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
    Column("version", Integer),
    Column("title", Text, nullable=False),
    Index("slack_cited_article", "article_id"),
)

notes = Table(
    "slack_notes",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("answer", Integer, ForeignKey("slack_answered.number", ondelete="CASCADE"), nullable=False),
    Column("changed", JSON, nullable=False),
    Column("gone", JSON, nullable=False),
    Column("taken_by", String),
    Column("taken_at", String),
    Index("slack_notes_answer", "answer"),
)
