"""The table of the audit log. It stands in the catalogue's file, with migrations and a version of its own."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, MetaData, String, Table

from ingest.index.database import Tables

TABLES = Tables("service.audit:migrations", "audit_version", "0001")

metadata = MetaData()

audit = Table(
    "audit",
    metadata,
    Column("number", Integer, primary_key=True, doc="Rises with every line and is never given twice: a gap shows."),
    Column("at", String, nullable=False),
    Column("who", String, doc="The name of who did it, or owner; NULL for nobody in particular."),
    Column("action", String, nullable=False),
    Column("target", String, doc="What it was done to: an id or a name, never a text."),
    Column("outcome", String, nullable=False),
    Column("times", Integer, nullable=False, doc="How often that day, where one line stands for several."),
    Column("request_id", String),
    Column("client", String, doc="The address it came from."),
    Index("audit_at", "at"),
    Index("audit_who", "who", "number"),
    Index("audit_action", "action", "number"),
    sqlite_autoincrement=True,
)
