"""Keeps what was answered under a key, in the catalogue's file, until it expires."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from ingest.index import Catalogue
from service.errors import Conflict, KeyReused
from service.idempotency.schema import TABLES, requests
from service.identity import Identity
from service.serving.processes import lives

# Seconds after which a request that is still being answered is taken for lost, though its process lives.
_LOST = 3600.0


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer that was given."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Idempotency:
    """Answers by asker and key. Safe to share between threads and, like the catalogue, between processes.

    See draft-ietf-httpapi-idempotency-key-header. Every method may raise TransientError or IndexUnavailable.
    """

    def __init__(self, catalogue: Catalogue, hours: float) -> None:
        self._catalogue, self._seconds = catalogue, hours * 3600
        self._lock = threading.Lock()
        self._prepared = False

    def begin(self, asker: Identity, key: str, fingerprint: str) -> tuple[str, Kept | None]:
        """(place, what was answered): None where the work is yours to do, to be ended by `finish` or `release`.

        Raises:
            KeyReused: the same asker sent another request under this key.
            Conflict: the same request is being answered now.
        """
        self._prepare()
        place, now = _place(asker, key), time.time()
        with self._catalogue.writing() as connection:
            connection.execute(delete(requests).where(requests.c.expires_at < now))
            row = connection.execute(select(requests).where(requests.c.place == place)).first()
            if row is None:
                connection.execute(
                    insert(requests).values(
                        place=place,
                        asker=asker.name,
                        fingerprint=fingerprint,
                        process=os.getpid(),
                        expires_at=now + min(self._seconds, _LOST),
                    )
                )
                return place, None
            if row.fingerprint != fingerprint:
                raise KeyReused("This Idempotency-Key was sent before with another request: choose a new one.")
            if row.status is not None:
                return place, Kept(row.status, row.headers, row.body)
            if lives(row.process):
                raise Conflict("The same request is being answered now: send it again in a second.")
            connection.execute(update(requests).where(requests.c.place == place).values(process=os.getpid()))
        return place, None

    def finish(self, place: str, kept: Kept) -> None:
        """Keep the answer."""
        with self._catalogue.writing() as connection:
            connection.execute(
                update(requests)
                .where(requests.c.place == place)
                .values(
                    status=kept.status,
                    headers=dict(kept.headers),
                    body=kept.body,
                    expires_at=time.time() + self._seconds,
                )
            )

    def release(self, place: str) -> None:
        """Nothing was done: the key may be sent again, for the same or something else."""
        with self._catalogue.writing() as connection:
            connection.execute(delete(requests).where(requests.c.place == place, requests.c.status.is_(None)))

    def _prepare(self) -> None:
        with self._lock:
            if not self._prepared:
                self._catalogue.hold(TABLES)
                self._prepared = True


def erase(connection: Connection, asker: str) -> int:
    """Delete every answer that somebody of that name was given; how many."""
    return connection.execute(delete(requests).where(requests.c.asker == asker)).rowcount


def _place(asker: Identity, key: str) -> str:
    """Of one asker with the rights they have now: whoever has lost some is not answered from before."""
    who = asker.name or ("owner" if asker.owner else f"anyone at {asker.address}")
    parts = (who, *sorted(asker.groups), *sorted(asker.scopes), key)
    return hashlib.sha256("\n".join(f"{len(part)} {part}" for part in parts).encode()).hexdigest()
