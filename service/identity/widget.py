"""Widget tokens: what a page in a browser asks with instead of the API key of its site."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from service.errors import Forbidden, NotAllowed
from service.identity.api_key import utc_now
from service.identity.groups import groups_of, person_of
from service.identity.identity import Identity
from service.identity.key_store import KeyStore
from service.identity.known_keys import FRESH, KnownKeys
from service.settings import Settings
from service.settings.access import origin_of

PREFIX = "fnw_"
_AUDIENCE = "footnote-widget"
_NEEDED = ["exp", "iat", "aud", "key", "origin", "groups"]


@dataclass(frozen=True, slots=True)
class WidgetToken:
    """A token, and what it gives; `expires_at` is ISO 8601 in UTC."""

    token: str
    origin: str
    user: str | None
    groups: tuple[str, ...]
    expires_at: str


class WidgetTokens:
    """Signs tokens and opens them. Each lives a few minutes, from one origin, and no longer than its API key."""

    def __init__(self, settings: Settings, store: KeyStore, keys: KnownKeys) -> None:
        self._settings, self._store, self._keys = settings, store, keys
        self._known = (float("-inf"), "", "")

    async def mint(self, asker: Identity, origin: str, user: str | None, groups: Sequence[str] | None) -> WidgetToken:
        """A token for the page of an origin; `groups` only narrow what the key of the asker reads.

        Raises:
            Forbidden: they showed no key, or it may not, or not for that origin, or none of the groups is the key's.
        """
        import jwt

        if asker.key is None or not asker.scopes & {"ask", "admin"}:
            raise Forbidden(
                "Widget tokens are made with an API key that has the scope ask or admin, and with nothing else."
            )
        key = await self._keys.named(asker.key)
        named = origin_of(origin)
        if named is None:
            raise Forbidden("The origin has to be scheme and host, as https://intranet.example, without a path.")
        if not self._allowed(named) or (key.origins and named not in key.origins):
            raise Forbidden(
                f"This key makes no tokens for pages of {named}: FOOTNOTE_WIDGET__ORIGINS and the key's own --origin "
                "say where they may be used."
            )
        given = key.groups if groups is None else tuple(group for group in key.groups if group in groups)
        if not given:
            raise Forbidden("None of these groups is the key's: the token would read nothing.")
        secret_id, secret = await self._signing()
        at = utc_now().replace(microsecond=0)
        ends = at + timedelta(seconds=self._settings.widget.token_seconds)
        claims = {
            "aud": _AUDIENCE,
            "iat": at,
            "exp": ends,
            "key": key.id,
            "origin": named,
            "user": user,
            "groups": list(given),
        }
        signed = jwt.encode(claims, bytes.fromhex(secret), "HS256", {"kid": secret_id})
        return WidgetToken(PREFIX + signed, named, user, given, ends.isoformat())

    async def identify(self, token: str, headers: Mapping[str, str]) -> Identity:
        """Whoever shows a token: its user, within what its key reads now.

        Raises:
            NotAllowed: it is not good, or no longer, or not from this origin, or its key is not.
        """
        claims = await self._opened(token.removeprefix(PREFIX))
        key_id, origin = claims["key"], claims["origin"]
        if not isinstance(key_id, str) or not isinstance(origin, str) or not _from(origin, headers):
            raise NotAllowed("This widget token is for pages of another origin.")
        key = await self._keys.named(key_id)
        if key.origins and origin not in key.origins:
            raise NotAllowed("This widget token is for pages of an origin that its API key is not for any more.")
        listed = groups_of(claims["groups"], "the widget token")
        user = claims.get("user")
        name = f"widget:{key.id}" if user is None else f"widget:{key.id}:{person_of(user, 'The widget token')}"
        return Identity(tuple(group for group in listed if group in key.groups), name, frozenset(("ask",)))

    async def _opened(self, signed: str) -> Mapping[str, Any]:
        import jwt

        try:
            named = jwt.get_unverified_header(signed).get("kid")
            secret = await self._secret(named) if isinstance(named, str) else None
            if secret is None:
                raise NotAllowed("This widget token is not one that this service signed, or it was taken back.")
            claims: Mapping[str, Any] = jwt.decode(
                signed, bytes.fromhex(secret), ["HS256"], audience=_AUDIENCE, options={"require": _NEEDED}
            )
        except jwt.ExpiredSignatureError:
            raise NotAllowed("This widget token has ended: ask for a new one.") from None
        except jwt.PyJWTError:
            raise NotAllowed("This widget token is not one that this service signed.") from None
        return claims

    async def _secret(self, named: str) -> str | None:
        """The secret of that id, if tokens are signed with it now."""
        read_at, secret_id, secret = self._known
        if time.monotonic() - read_at >= FRESH:
            at = time.monotonic()
            found = await self._keys.read(self._store.signing_secret, False)
            secret_id, secret = found or ("", "")
            self._known = (at, secret_id, secret)
        return secret if secret and secret_id == named else None

    async def _signing(self) -> tuple[str, str]:
        found = await self._keys.read(self._store.signing_secret, True)
        if found is None:
            raise RuntimeError("a signing secret was asked for by no name and not made")
        return found

    def _allowed(self, origin: str) -> bool:
        allowed = self._settings.widget.origins
        return "*" in allowed or origin in (*allowed, origin_of(self._settings.public_url or ""))


def _from(origin: str, headers: Mapping[str, str]) -> bool:
    """Whether a page of that origin asks. Browsers leave Origin out of a GET to the page's own host."""
    sent = [value for name, value in headers.items() if name.lower() == "origin"]
    return sent == [origin] if sent else headers.get("host", "").lower() == urlsplit(origin).netloc
