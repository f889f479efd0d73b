"""Tables of the catalogue. The keyword index is SQLite's own and lives in `keywords.py`."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

SCHEMA_VERSION = "0001"

metadata = MetaData()

articles = Table(
    "articles",
    metadata,
    Column("id", String, primary_key=True),
    Column("uri", String, nullable=False, unique=True),
    Column("version", Integer, doc="The version that search sees; NULL until there is one."),
    Column("source_hash", String, nullable=False, doc="Hash of the source's bytes and of what read them."),
    Column("removed_at", String),
    Column("sequence", Integer, nullable=False),
)

versions = Table(
    "versions",
    metadata,
    Column("article_id", String, ForeignKey("articles.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("language", String, nullable=False),
    Column("author", Text),
    Column("published_at", String),
    Column("url", Text),
    Column("groups", JSON, nullable=False),
    Column("sections", JSON, nullable=False),
    Column("pages", JSON, nullable=False),
    Column("metadata", JSON, nullable=False),
    Column("source_hash", String, nullable=False),
    Column("created_at", String, nullable=False),
)

article_groups = Table(
    "article_groups",
    metadata,
    Column("article_id", String, ForeignKey("articles.id"), primary_key=True),
    Column("name", String, primary_key=True),
    Index("article_groups_name", "name"),
)

chunks = Table(
    "chunks",
    metadata,
    Column("row", Integer, primary_key=True, autoincrement=True),
    Column("id", String, nullable=False, unique=True),
    Column("article_id", String, ForeignKey("articles.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("section", Text),
    Column("page", Integer),
    Column("embedding_key", String, nullable=False),
    Column("state", String, nullable=False, doc="new: not in Chroma; ready: in Chroma; gone: to be taken out of it"),
    Index("chunks_article", "article_id", "version", "ordinal"),
    Index("chunks_state", "state"),
)

embeddings = Table(
    "embeddings",
    metadata,
    Column("model", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("vector", LargeBinary, nullable=False),
)

generations = Table(
    "generations",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("embedder", String, nullable=False),
    Column("dimensions", Integer, nullable=False),
    Column("chunker", String, nullable=False),
    Column("collection", String, nullable=False),
    Column("created_at", String, nullable=False),
    Column("state", String, nullable=False, doc="serving, building or kept"),
)

changes = Table(
    "changes",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("article_id", String, nullable=False),
    Column("version", Integer),
    Column("kind", String, nullable=False, doc="added, changed or removed"),
    Column("at", String, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("started_at", String, nullable=False),
    Column("finished_at", String),
    Column("report", JSON),
)
