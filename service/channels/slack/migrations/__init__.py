"""Alembic migrations of the kept answers; run when they are first used, never by hand."""
