"""Vectors that are to be written anew, of every build."""

from __future__ import annotations

import secrets

from sqlalchemy import select, update

from ingest.index.catalogue.store import Store
from ingest.index.schema import chunks, generations


class Anew(Store):
    """For a catalogue whose Chroma was left behind."""

    def leave_vectors(self) -> None:
        """Let every build have a collection that is not there yet, and every chunk wait for its vector."""
        mark = secrets.token_hex(4)
        with self.writing() as connection:
            for number in connection.scalars(select(generations.c.id)).all():
                fresh = update(generations).where(generations.c.id == number)
                connection.execute(fresh.values(collection=f"footnote-{number}-{mark}"))
            connection.execute(update(chunks).where(chunks.c.state == "ready").values(state="new"))
