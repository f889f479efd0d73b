"""Tables of API keys. They stand in the catalogue's file, with migrations and a version of their own."""

from __future__ import annotations

from sqlalchemy import JSON, Column, MetaData, String, Table

from ingest.index.database import Tables

TABLES = Tables("service.identity:migrations", "identity_version", "0001")

metadata = MetaData()

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False, doc="What it is for, in its maker's words."),
    Column("salt", String, nullable=False),
    Column("hash", String, nullable=False, doc="Of salt and secret; the secret itself is kept nowhere."),
    Column("scopes", JSON, nullable=False),
    Column("groups", JSON, nullable=False),
    Column("origins", JSON, nullable=False, doc="From whose pages it may be used in a browser; none: wherever set."),
    Column("created_at", String, nullable=False),
    Column("expires_at", String),
    Column("revoked_at", String),
    Column("used_at", String, doc="To the minute, or so: written now and then, not with every request."),
)

signing_secrets = Table(
    "signing_secrets",
    metadata,
    Column("id", String, primary_key=True, doc="Named by every token that it signed."),
    Column("secret", String, nullable=False, doc="256 random bits in hexadecimal."),
    Column("created_at", String, nullable=False),
)
