"""Answers, and which citations are theirs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "answers",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String, nullable=False, unique=True),
        sa.Column("conversation_id", sa.String, nullable=False),
        sa.Column("groups", sa.JSON, nullable=False),
        sa.Column("language", sa.String),
        sa.Column("asked_on", sa.String, nullable=False),
        sa.Column("asked_at", sa.String, nullable=False),
        sa.Column("made_by", sa.String, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
    )
    op.create_index("answers_conversation", "answers", ["conversation_id", "number"])
    op.create_table(
        "cited",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("answer", sa.Integer, sa.ForeignKey("answers.number", ondelete="CASCADE"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
    )
    op.create_index("cited_answer", "cited", ["answer"])
