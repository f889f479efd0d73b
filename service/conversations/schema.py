"""Tables of what is kept. They stand in the catalogue's file, with migrations and a version of their own."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, MetaData, String, Table, Text, UniqueConstraint

from ingest.index.database import Tables

TABLES = Tables("service.conversations:migrations", "conversations_version", "0002")

metadata = MetaData()

answers = Table(
    "answers",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True, doc="Rises with time: the order of the turns."),
    Column("id", String, nullable=False, unique=True),
    Column("conversation_id", String, nullable=False),
    Column("groups", JSON, nullable=False, doc="The asker's, whose articles the answer may draw on."),
    Column("language", String, doc="That of the answer, where the asker named one."),
    Column("asked_on", String, nullable=False, doc="The day that 'this year' was read against."),
    Column("asked_at", String, nullable=False),
    Column("made_by", String, nullable=False, doc="The version of Footnote."),
    Column("asker", String, doc="The name of who asked; NULL for nobody in particular."),
    Column("answer", Text, nullable=False, doc="All of it, as JSON: last, so that the others are read without it."),
    Index("answers_conversation", "conversation_id", "number"),
    Index("answers_asker", "asker", "conversation_id", "number"),
    Index("answers_asked_at", "asked_at"),
)

cited = Table(
    "cited",
    metadata,
    Column("id", String, primary_key=True, doc="Of the citation. It stays for ever, so that links to it open."),
    Column("answer", Integer, ForeignKey("answers.number", ondelete="SET NULL"), doc="NULL once that is deleted."),
    Column("number", Integer, nullable=False, doc="Its number in the answer."),
    Column("article_id", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("quote_hash", String, nullable=False, doc="SHA-256 of the quote: what stands there has to be it."),
    Index("cited_answer", "answer"),
)

feedback = Table(
    "feedback",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String, nullable=False, unique=True),
    Column("answer", Integer, ForeignKey("answers.number", ondelete="CASCADE"), nullable=False),
    Column("citation", Integer, nullable=False, doc="Number of the citation it is about; 0 for the whole answer."),
    Column("given_by", String, nullable=False, doc="The asker, or the request of nobody in particular."),
    Column("asker", String, doc="The name of who gave it; NULL for nobody in particular."),
    Column("rating", String, nullable=False),
    Column("reason", String),
    Column("given_at", String, nullable=False),
    Column("changed_at", String),
    Column("comment", Text),
    UniqueConstraint("answer", "citation", "given_by", name="feedback_once"),
    Index("feedback_asker", "asker"),
)
