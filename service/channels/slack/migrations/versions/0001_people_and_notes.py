"""What has changed in Slack, and answers whose threads are told when an article changes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "slack_changes",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("what", sa.String, nullable=False),
        sa.Column("at", sa.String, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "slack_answered",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("message", sa.String, nullable=False),
        sa.Column("thread", sa.String, nullable=False),
        sa.Column("asker", sa.String, nullable=False),
        sa.Column("groups", sa.JSON, nullable=False),
        sa.Column("language", sa.String, nullable=False),
        sa.Column("at", sa.String, nullable=False),
        sa.UniqueConstraint("channel", "message", name="slack_answered_once"),
    )
    op.create_index("slack_answered_asker", "slack_answered", ["asker"])
    op.create_index("slack_answered_at", "slack_answered", ["at"])
    answer = sa.ForeignKey("slack_answered.number", ondelete="CASCADE")
    op.create_table(
        "slack_cited",
        sa.Column("answer", sa.Integer, answer, primary_key=True),
        sa.Column("article_id", sa.String, primary_key=True),
        sa.Column("version", sa.Integer),
        sa.Column("title", sa.Text, nullable=False),
    )
    op.create_index("slack_cited_article", "slack_cited", ["article_id"])
    answer = sa.ForeignKey("slack_answered.number", ondelete="CASCADE")
    op.create_table(
        "slack_notes",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("answer", sa.Integer, answer, nullable=False),
        sa.Column("changed", sa.JSON, nullable=False),
        sa.Column("gone", sa.JSON, nullable=False),
        sa.Column("taken_by", sa.String),
        sa.Column("taken_at", sa.String),
    )
    op.create_index("slack_notes_answer", "slack_notes", ["answer"])
