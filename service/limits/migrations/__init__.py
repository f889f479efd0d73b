"""Alembic migrations of the tables of limits; run when they are first used, never by hand."""

from __future__ import annotations
