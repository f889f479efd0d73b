"""Requests with an idempotency key."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "idempotent_requests",
        sa.Column("place", sa.String, primary_key=True),
        sa.Column("asker", sa.String),
        sa.Column("fingerprint", sa.String, nullable=False),
        sa.Column("process", sa.Integer, nullable=False),
        sa.Column("expires_at", sa.Float, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("headers", sa.JSON),
        sa.Column("body", sa.LargeBinary),
    )
    op.create_index("idempotent_requests_expires", "idempotent_requests", ["expires_at"])
