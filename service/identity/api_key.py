"""An API key: what it looks like, what is kept of it, and what it gives."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from service.identity.identity import EVERYTHING, Identity, Scope

PREFIX = "fn_"
_FORM = re.compile(r"fn_([0-9a-f]{12})_([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class ApiKey:
    """All that is kept of a key, but its hash. Times are ISO 8601 in UTC."""

    id: str
    name: str
    scopes: tuple[str, ...]
    groups: tuple[str, ...]
    origins: tuple[str, ...]
    created_at: str
    expires_at: str | None
    revoked_at: str | None
    used_at: str | None

    def fault(self, at: datetime) -> str | None:
        """Why it is not taken at that time, as a sentence; None where it is."""
        if self.revoked_at is not None:
            return f"The API key {self.id} was revoked."
        if self.expires_at is not None and datetime.fromisoformat(self.expires_at) <= at:
            return f"The API key {self.id} expired on {self.expires_at[:10]}."
        return None

    def identity(self) -> Identity:
        """Whoever shows it."""
        scopes: frozenset[Scope] = frozenset(s for s in EVERYTHING if s in self.scopes)
        return Identity(self.groups, f"key:{self.id}", scopes, key=self.id)


def new_id() -> str:
    """Of a key; no secret."""
    return secrets.token_hex(6)


def new_secret() -> str:
    """256 random bits."""
    return secrets.token_hex(32)


def written(key_id: str, secret: str) -> str:
    """The key as it is sent."""
    return f"{PREFIX}{key_id}_{secret}"


def parts_of(token: str) -> tuple[str, str] | None:
    """(id, secret) of a key as it is sent; None where it is none."""
    found = _FORM.fullmatch(token)
    return (found[1], found[2]) if found else None


def hashed(salt: str, secret: str) -> str:
    """What is kept instead of the secret.

    One round of SHA-256, not scrypt: a slow hash makes guessing *weak* secrets dear. These are 256 random bits that
    nobody can guess at any speed, and a hash that takes 50 ms would let anyone keep the processor busy with keys that
    are none.
    """
    return hashlib.sha256(f"{salt}:{secret}".encode()).hexdigest()


def fits(secret: str, salt: str, kept: str) -> bool:
    """Whether that secret was hashed, in a time that does not tell how nearly."""
    return hmac.compare_digest(hashed(salt, secret), kept)


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)
