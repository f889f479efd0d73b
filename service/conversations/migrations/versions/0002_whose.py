"""Whose an answer is, citations that outlive it, and feedback."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_AT_ONCE = 200


def upgrade() -> None:
    # SQLite adds a column last, but the answer has to be last: the table is written anew.
    op.drop_index("answers_conversation")
    op.rename_table("answers", "answers_before")
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
        sa.Column("asker", sa.String),
        sa.Column("answer", sa.Text, nullable=False),
    )
    kept = "number, id, conversation_id, groups, language, asked_on, asked_at, made_by"
    op.execute(f"INSERT INTO answers ({kept}, answer) SELECT {kept}, answer FROM answers_before")  # noqa: S608
    op.drop_table("cited")
    op.drop_table("answers_before")
    op.create_index("answers_conversation", "answers", ["conversation_id", "number"])
    op.create_index("answers_asker", "answers", ["asker", "conversation_id", "number"])
    op.create_index("answers_asked_at", "answers", ["asked_at"])
    _cite_again()
    op.create_table(
        "feedback",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String, nullable=False, unique=True),
        sa.Column("answer", sa.Integer, sa.ForeignKey("answers.number", ondelete="CASCADE"), nullable=False),
        sa.Column("citation", sa.Integer, nullable=False),
        sa.Column("given_by", sa.String, nullable=False),
        sa.Column("asker", sa.String),
        sa.Column("rating", sa.String, nullable=False),
        sa.Column("reason", sa.String),
        sa.Column("given_at", sa.String, nullable=False),
        sa.Column("changed_at", sa.String),
        sa.Column("comment", sa.Text),
        sa.UniqueConstraint("answer", "citation", "given_by", name="feedback_once"),
    )
    op.create_index("feedback_asker", "feedback", ["asker"])


def _cite_again() -> None:
    """Write down what each citation quotes, from the answers."""
    cited = op.create_table(
        "cited",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("answer", sa.Integer, sa.ForeignKey("answers.number", ondelete="SET NULL")),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("article_id", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("end", sa.Integer, nullable=False),
        sa.Column("quote_hash", sa.String, nullable=False),
    )
    op.create_index("cited_answer", "cited", ["answer"])
    connection = op.get_bind()
    last = 0
    while True:
        query = sa.text(f"SELECT number, answer FROM answers WHERE number > :last ORDER BY number LIMIT {_AT_ONCE}")  # noqa: S608
        found = connection.execute(query, {"last": last}).all()
        if not found:
            return
        last = found[-1].number
        rows = [row for one in found for row in _citations(one.number, one.answer)]
        if rows:
            connection.execute(sa.insert(cited), rows)


def _citations(answer: int, kept: str) -> Iterator[dict[str, Any]]:
    for one in json.loads(kept)["citations"]:
        same = {name: one[name] for name in ("id", "number", "article_id", "version", "start", "end")}
        yield {**same, "answer": answer, "quote_hash": hashlib.sha256(one["quote"].encode()).hexdigest()}
