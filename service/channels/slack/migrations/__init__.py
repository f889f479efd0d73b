"""Alembic migrations of the tables of the Slack bot; run when they are first used, never by hand."""
