"""Tables of the catalogue. Each generation has keyword tables of its own: see `keywords.py`."""

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
    Column("source", String, nullable=False, doc="Key of the source that listed it last."),
    Column("version", Integer, doc="The version that search sees; NULL until there is one."),
    Column("source_hash", String, nullable=False, doc="Hash of the source's bytes and of what read them."),
    Column("mark", String, doc="The source's own cheap sign of this content, with what read it."),
    Column("duplicate_of", String, doc="The article that says the same and is searched in its place."),
    Column("removed_at", String),
    Column("sequence", Integer, nullable=False),
    Index("articles_source", "source"),
    Index("articles_duplicate", "duplicate_of"),
)

versions = Table(
    "versions",
    metadata,
    Column("article_id", String, ForeignKey("articles.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("title", Text, nullable=False),
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
    Column("text", Text, nullable=False, doc="Last, so that the others are read without it."),
)

likenesses = Table(
    "likenesses",
    metadata,
    Column("article_id", String, ForeignKey("articles.id"), primary_key=True),
    Column("band", String, primary_key=True, doc="A piece of its MinHash signature, or the hash of its text."),
    Index("likenesses_band", "band"),
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
    Column("generation", Integer, nullable=False),
    Column("id", String, nullable=False),
    Column("article_id", String, ForeignKey("articles.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("section", Text),
    Column("page", Integer),
    Column("embedding_key", String, nullable=False),
    Column(
        "state", String, nullable=False, doc="new: not in Chroma; ready: in it; failed: set aside; gone: to leave it"
    ),
    Column("error", Text, doc="Why the last attempt to embed it failed."),
    Index("chunks_id", "generation", "id", unique=True),
    Index("chunks_article", "generation", "article_id", "version"),
    Index("chunks_state", "generation", "state"),
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
    Column("embedder", String, nullable=False, doc="Names the vector space."),
    Column("embedding", JSON, nullable=False, doc="The settings that made it, without its key."),
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
