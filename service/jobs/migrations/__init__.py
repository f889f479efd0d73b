"""Alembic migrations of the kept jobs; run when they are first used, never by hand."""
