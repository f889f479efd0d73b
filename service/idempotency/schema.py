"""The table of requests with an idempotency key. It stands in the catalogue's file, with migrations of its own."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Float, Index, Integer, LargeBinary, MetaData, String, Table

from ingest.index.database import Tables

TABLES = Tables("service.idempotency:migrations", "idempotency_version", "0001")

metadata = MetaData()

requests = Table(
    "idempotent_requests",
    metadata,
    Column("place", String, primary_key=True, doc="Hash of who asks and the key they chose."),
    Column("asker", String, doc="Name of who asks; null for nobody in particular."),
    Column("fingerprint", String, nullable=False, doc="Hash of method, address and body."),
    Column("process", Integer, nullable=False, doc="The process that answers it."),
    Column("expires_at", Float, nullable=False, doc="Seconds since 1970."),
    Column("status", Integer, doc="Null while it is being answered."),
    Column("headers", JSON),
    Column("body", LargeBinary),
    Index("idempotent_requests_expires", "expires_at"),
)
