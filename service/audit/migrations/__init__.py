"""Alembic migrations of the audit log; run when it is first used, never by hand."""
