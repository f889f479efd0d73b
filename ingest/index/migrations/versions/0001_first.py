"""The first catalogue."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "articles",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("uri", sa.String, nullable=False, unique=True),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("version", sa.Integer),
        sa.Column("source_hash", sa.String, nullable=False),
        sa.Column("mark", sa.String),
        sa.Column("duplicate_of", sa.String),
        sa.Column("removed_at", sa.String),
        sa.Column("sequence", sa.Integer, nullable=False),
    )
    op.create_index("articles_source", "articles", ["source"])
    op.create_index("articles_duplicate", "articles", ["duplicate_of"])
    op.create_table(
        "versions",
        sa.Column("article_id", sa.String, sa.ForeignKey("articles.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("language", sa.String, nullable=False),
        sa.Column("author", sa.Text),
        sa.Column("published_at", sa.String),
        sa.Column("url", sa.Text),
        sa.Column("groups", sa.JSON, nullable=False),
        sa.Column("sections", sa.JSON, nullable=False),
        sa.Column("pages", sa.JSON, nullable=False),
        sa.Column("metadata", sa.JSON, nullable=False),
        sa.Column("source_hash", sa.String, nullable=False),
        sa.Column("created_at", sa.String, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_table(
        "likenesses",
        sa.Column("article_id", sa.String, sa.ForeignKey("articles.id"), primary_key=True),
        sa.Column("band", sa.String, primary_key=True),
    )
    op.create_index("likenesses_band", "likenesses", ["band"])
    op.create_table(
        "article_groups",
        sa.Column("article_id", sa.String, sa.ForeignKey("articles.id"), primary_key=True),
        sa.Column("name", sa.String, primary_key=True),
    )
    op.create_index("article_groups_name", "article_groups", ["name"])
    op.create_table(
        "chunks",
        sa.Column("row", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("id", sa.String, nullable=False),
        sa.Column("article_id", sa.String, sa.ForeignKey("articles.id"), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("end", sa.Integer, nullable=False),
        sa.Column("section", sa.Text),
        sa.Column("page", sa.Integer),
        sa.Column("embedding_key", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("error", sa.Text),
    )
    op.create_index("chunks_id", "chunks", ["generation", "id"], unique=True)
    op.create_index("chunks_article", "chunks", ["generation", "article_id", "version"])
    op.create_index("chunks_state", "chunks", ["generation", "state"])
    op.create_table(
        "embeddings",
        sa.Column("model", sa.String, primary_key=True),
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("vector", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "generations",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("embedder", sa.String, nullable=False),
        sa.Column("embedding", sa.JSON, nullable=False),
        sa.Column("dimensions", sa.Integer, nullable=False),
        sa.Column("chunker", sa.String, nullable=False),
        sa.Column("collection", sa.String, nullable=False),
        sa.Column("created_at", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
    )
    op.create_table(
        "changes",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("article_id", sa.String, nullable=False),
        sa.Column("version", sa.Integer),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("at", sa.String, nullable=False),
    )
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("started_at", sa.String, nullable=False),
        sa.Column("finished_at", sa.String),
        sa.Column("report", sa.JSON),
    )
