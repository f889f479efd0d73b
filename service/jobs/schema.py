"""The table of jobs. It stands in the catalogue's file, with migrations and a version of its own."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Integer, MetaData, String, Table, Text

from ingest.index.database import Tables

TABLES = Tables("service.jobs:migrations", "jobs_version", "0001")

metadata = MetaData()

jobs = Table(
    "jobs",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True, doc="Rises with time."),
    Column("id", String, nullable=False, unique=True),
    Column("operation", String, nullable=False),
    Column("started_by", String, doc="Name of who asked for it; null for the owner and the service itself."),
    Column("process", Integer, nullable=False, doc="The process that carries it out."),
    Column("state", String, nullable=False),
    Column("reading", Text, nullable=False),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("revision", Integer, nullable=False, doc="Rises with each change of the others."),
    Column("result", JSON),
    Column("error", Text),
    Column("created_at", String, nullable=False),
    Column("ended_at", String),
)
