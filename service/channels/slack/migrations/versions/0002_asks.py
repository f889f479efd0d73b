"""Questions, threads, and what was taken."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "slack_asks",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("key", sa.String, nullable=False, unique=True),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("line", sa.String, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("ts", sa.String),
        sa.Column("thread", sa.String),
        sa.Column("asker", sa.String, nullable=False),
        sa.Column("ask", sa.JSON, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("gone", sa.Boolean, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("not_before", sa.Float, nullable=False),
        sa.Column("begun_at", sa.Float),
        sa.Column("process", sa.String),
        sa.Column("held_until", sa.Float),
        sa.Column("messages", sa.JSON, nullable=False),
        sa.Column("answer_id", sa.String),
    )
    op.create_index("slack_asks_state", "slack_asks", ["state", "at"])
    op.create_index("slack_asks_line", "slack_asks", ["line", "state", "at"])
    op.create_index("slack_asks_thread", "slack_asks", ["channel", "thread", "at"])
    op.create_index("slack_asks_message", "slack_asks", ["channel", "ts"])
    op.create_table(
        "slack_threads",
        sa.Column("channel", sa.String, primary_key=True),
        sa.Column("thread", sa.String, primary_key=True),
        sa.Column("conversation_id", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("used_at", sa.Float, nullable=False),
    )
    op.create_table(
        "slack_seen",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("at", sa.Float, nullable=False),
    )
    op.create_index("slack_seen_at", "slack_seen", ["at"])
