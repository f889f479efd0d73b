"""Claims that this service signs and later knows again as its own (JWT, RFC 7519, with HS256)."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from service.errors import NotAllowed
from service.identity.api_key import utc_now
from service.identity.key_store import KeyStore
from service.identity.known_keys import FRESH, KnownKeys


class Signing:
    """Signs with the catalogue's secret; what was signed for one `audience` does not count for another."""

    def __init__(self, store: KeyStore, keys: KnownKeys) -> None:
        self._store, self._keys = store, keys
        self._known = (float("-inf"), "", "")

    async def sign(self, claims: Mapping[str, Any], audience: str, seconds: int) -> tuple[str, str]:
        """(what was signed, when it ends: ISO 8601 in UTC)."""
        import jwt

        found = await self._keys.read(self._store.signing_secret, True)
        if found is None:
            raise RuntimeError("a signing secret was asked for by no name and not made")
        secret_id, secret = found
        at = utc_now().replace(microsecond=0)
        ends = at + timedelta(seconds=seconds)
        all_claims = {**claims, "aud": audience, "iat": at, "exp": ends}
        return jwt.encode(all_claims, bytes.fromhex(secret), "HS256", {"kid": secret_id}), ends.isoformat()

    async def opened(self, signed: str, audience: str, needed: Sequence[str]) -> Mapping[str, Any]:
        """The claims of what was signed for that audience; `needed` have to be among them.

        Raises:
            NotAllowed: it is not this service's, was taken back, or has ended.
        """
        import jwt

        try:
            named = jwt.get_unverified_header(signed).get("kid")
            secret = await self._secret(named) if isinstance(named, str) else None
            if secret is None:
                raise NotAllowed("This widget token is not one that this service signed, or it was taken back.")
            claims: Mapping[str, Any] = jwt.decode(
                signed,
                bytes.fromhex(secret),
                ["HS256"],
                audience=audience,
                options={"require": ["exp", "iat", "aud", *needed]},
            )
        except jwt.ExpiredSignatureError:
            raise NotAllowed("This widget token has ended: ask for a new one.") from None
        except jwt.PyJWTError:
            raise NotAllowed("This widget token is not one that this service signed.") from None
        return claims

    async def _secret(self, named: str) -> str | None:
        """The secret of that id, if it is signed with now."""
        read_at, secret_id, secret = self._known
        if time.monotonic() - read_at >= FRESH:
            at = time.monotonic()
            found = await self._keys.read(self._store.signing_secret, False)
            secret_id, secret = found or ("", "")
            self._known = (at, secret_id, secret)
        return secret if secret and secret_id == named else None
