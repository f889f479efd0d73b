"""Alembic migrations of the requests that were answered; run when they are first used, never by hand."""
