"""The table of what models cost. It stands in the catalogue's file, with migrations and a version of its own."""

from __future__ import annotations

from sqlalchemy import Column, Float, Integer, MetaData, String, Table

from ingest.index.database import Tables

TABLES = Tables("service.limits:migrations", "limits_version", "0001")

metadata = MetaData()

spent = Table(
    "spent",
    metadata,
    Column("day", String, primary_key=True, doc="In UTC, as 2026-05-31."),
    Column("asker", String, primary_key=True, doc="The name of who asked; empty for nobody in particular."),
    Column("answers", Integer, nullable=False, doc="Those that a model was asked for."),
    Column("prompt", Integer, nullable=False, doc="Tokens that were sent to models."),
    Column("completion", Integer, nullable=False, doc="Tokens that models wrote."),
    Column("cost", Float, nullable=False, doc="Of those of known price."),
)
