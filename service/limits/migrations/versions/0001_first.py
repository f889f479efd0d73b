"""What models cost, by day and asker."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "spent",
        sa.Column("day", sa.String, primary_key=True),
        sa.Column("asker", sa.String, primary_key=True),
        sa.Column("answers", sa.Integer, nullable=False),
        sa.Column("prompt", sa.Integer, nullable=False),
        sa.Column("completion", sa.Integer, nullable=False),
        sa.Column("cost", sa.Float, nullable=False),
    )
