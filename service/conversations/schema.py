"""Tables of kept answers. They stand in the catalogue's file, with migrations and a version of their own."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, MetaData, String, Table, Text

from ingest.index.database import Tables

TABLES = Tables("service.conversations:migrations", "conversations_version", "0001")

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
    Column("answer", Text, nullable=False, doc="All of it, as JSON: last, so that the others are read without it."),
    Index("answers_conversation", "conversation_id", "number"),
)

cited = Table(
    "cited",
    metadata,
    Column("id", String, primary_key=True, doc="Of the citation."),
    Column("answer", Integer, ForeignKey("answers.number", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False, doc="Its number in the answer."),
    Index("cited_answer", "answer"),
)
