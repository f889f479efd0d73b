"""Makes, lists, revokes and finds API keys in the catalogue's file."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Row, delete, insert, select, update

from ingest.index import Catalogue
from ingest.index.catalogue import now
from service.identity.api_key import ApiKey, hashed, new_id, new_secret, written
from service.identity.schema import TABLES, api_keys, signing_secrets

_log = logging.getLogger(__name__)
_KEY = TypeAdapter(ApiKey)


@dataclass(frozen=True, slots=True)
class KeptKey:
    """A key, and what tells whether a secret is its own."""

    key: ApiKey
    salt: str
    hash: str


class KeyStore:
    """API keys. Safe to share between threads and, like the catalogue, between processes.

    Every method may raise TransientError (disk full, locked, not writable) or IndexUnavailable (damaged, or written by
    a newer Footnote).
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._lock = threading.Lock()
        self._prepared = False

    def prepare(self) -> None:
        """Make the tables, unless they are there."""
        with self._lock:
            if not self._prepared:
                self._catalogue.hold(TABLES)
                self._prepared = True

    def create(
        self,
        name: str,
        scopes: Sequence[str],
        groups: Sequence[str],
        origins: Sequence[str] = (),
        expires_at: str | None = None,
    ) -> tuple[ApiKey, str]:
        """A new key, and the key as it is sent: this once, for it is kept nowhere."""
        self.prepare()
        secret, salt = new_secret(), secrets.token_hex(16)
        key = ApiKey(
            new_id(),
            name,
            tuple(scopes),
            tuple(groups),
            tuple(origins),
            now(),
            expires_at,
            revoked_at=None,
            used_at=None,
        )
        with self._catalogue.writing() as connection:
            row = _KEY.dump_python(key, mode="json") | {"salt": salt, "hash": hashed(salt, secret)}
            connection.execute(insert(api_keys).values(row))
        return key, written(key.id, secret)

    def listed(self) -> list[ApiKey]:
        """Every key, newest first; a row that cannot be read is left out, as it gives nothing."""
        self.prepare()
        with self._catalogue.reading() as connection:
            rows = connection.execute(select(api_keys).order_by(api_keys.c.created_at.desc(), api_keys.c.id)).all()
        return [kept.key for kept in map(_kept, rows) if kept is not None]

    def find(self, key_id: str) -> KeptKey | None:
        """The key of that id, revoked and expired ones too."""
        self.prepare()
        with self._catalogue.reading() as connection:
            row = connection.execute(select(api_keys).where(api_keys.c.id == key_id)).one_or_none()
        return None if row is None else _kept(row)

    def revoke(self, key_id: str) -> bool:
        """Take a key back for ever; False where there is none. One that was revoked before keeps its time."""
        self.prepare()
        with self._catalogue.writing() as connection:
            there = connection.scalar(select(api_keys.c.id).where(api_keys.c.id == key_id)) is not None
            unrevoked = api_keys.c.revoked_at.is_(None)
            connection.execute(update(api_keys).where(api_keys.c.id == key_id, unrevoked).values(revoked_at=now()))
        return there

    def used(self, at: Mapping[str, str]) -> None:
        """Note when keys were last used, by id."""
        with self._catalogue.writing() as connection:
            for key_id, time in at.items():
                connection.execute(update(api_keys).where(api_keys.c.id == key_id).values(used_at=time))

    def signing_secret(self, make: bool) -> tuple[str, str] | None:
        """(id, secret) that tokens are signed with; None where none was made yet and none is to be made."""
        self.prepare()
        found = select(signing_secrets.c.id, signing_secrets.c.secret)
        with self._catalogue.reading() as connection:
            row = connection.execute(found).first()
        if row is None and make:
            with self._catalogue.writing() as connection:
                row = connection.execute(found).first()  # another process may have been quicker
                if row is None:
                    values = _new_signing_secret()
                    connection.execute(insert(signing_secrets).values(values))
                    return values["id"], values["secret"]
        return None if row is None else (row.id, row.secret)

    def rotate(self) -> None:
        """Sign with a new secret from now on: there is one at a time, so what the old one signed is worth nothing."""
        self.prepare()
        with self._catalogue.writing() as connection:
            connection.execute(delete(signing_secrets))
            connection.execute(insert(signing_secrets).values(_new_signing_secret()))


def _new_signing_secret() -> dict[str, str]:
    return {"id": secrets.token_hex(4), "secret": secrets.token_hex(32), "created_at": now()}


def _kept(row: Row[Any]) -> KeptKey | None:
    values = dict(row._mapping)
    salt, digest = values.pop("salt"), values.pop("hash")
    try:
        key = _KEY.validate_python(values)
    except ValidationError:
        _log.error("The API key %s cannot be read in the catalogue, so it opens nothing: make a new one.", row.id)
        return None
    return KeptKey(key, salt, digest)
