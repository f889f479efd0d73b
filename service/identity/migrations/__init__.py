"""Alembic migrations of the API keys; run when they are first used, never by hand."""
