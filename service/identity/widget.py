"""Widget tokens: what a page in a browser asks with instead of the API key of its site, and reads articles with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from service.errors import Forbidden, NotAllowed
from service.identity.groups import groups_of, person_of
from service.identity.identity import Identity
from service.identity.key_store import KeyStore
from service.identity.known_keys import KnownKeys
from service.identity.signing import Signing
from service.settings import Settings
from service.settings.access import origin_of

PREFIX = "fnw_"
# Long enough to open a tab, and short enough that nobody finds it in a log in time.
PASS_SECONDS = 60
_TOKEN, _PASS, _READER = "footnote-widget", "footnote-pass", "footnote-reader"
_NEEDED = ("key", "origin", "groups")


@dataclass(frozen=True, slots=True)
class WidgetToken:
    """A token, and what it gives; `expires_at` is ISO 8601 in UTC."""

    token: str
    origin: str
    user: str | None
    groups: tuple[str, ...]
    expires_at: str


class WidgetTokens:
    """Signs tokens and opens them. Each lives a few minutes, from one origin, and no longer than its API key.

    A tab that opens an article shows no token. Who has a token gets a pass, which opens one within a minute; that tab
    keeps in a cookie who reads, in place of the pass.
    """

    def __init__(self, settings: Settings, store: KeyStore, keys: KnownKeys) -> None:
        self._settings, self._keys = settings, keys
        self._signing = Signing(store, keys)

    async def mint(self, asker: Identity, origin: str, user: str | None, groups: Sequence[str] | None) -> WidgetToken:
        """A token for the page of an origin; `groups` only narrow what the key of the asker reads.

        Raises:
            Forbidden: they showed no key, or it may not, or not for that origin, or none of the groups is the key's.
        """
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
        claims = {"key": key.id, "origin": named, "user": user, "groups": list(given)}
        signed, ends = await self._signing.sign(claims, _TOKEN, self._settings.widget.token_seconds)
        return WidgetToken(PREFIX + signed, named, user, given, ends)

    async def identify(self, token: str, headers: Mapping[str, str]) -> Identity:
        """Whoever shows a token: its user, within what its key reads now.

        Raises:
            NotAllowed: it is not good, or no longer, or not from this origin, or its key is not.
        """
        return await self._whose(await self._claims(token, headers))

    async def give_pass(self, token: str, headers: Mapping[str, str]) -> tuple[str, str]:
        """(a pass, when it ends: ISO 8601 in UTC) for whoever shows a token. Raises as `identify` does."""
        claims = await self._claims(token, headers)
        await self._whose(claims)
        return await self._signing.sign(_who(claims), _PASS, PASS_SECONDS)

    async def take_pass(self, given: str) -> str:
        """What the cookie of a tab holds that came with a pass.

        Raises:
            NotAllowed: it is not good, or no longer, or the key that is behind it is not.
        """
        claims = await self._signing.opened(given, _PASS, _NEEDED)
        await self._whose(claims)
        return (await self._signing.sign(_who(claims), _READER, self._settings.widget.reading_seconds))[0]

    async def reader(self, cookie: str) -> Identity:
        """Whoever reads in a tab with that cookie. Raises as `take_pass` does."""
        return await self._whose(await self._signing.opened(cookie, _READER, _NEEDED))

    async def _claims(self, token: str, headers: Mapping[str, str]) -> Mapping[str, Any]:
        claims = await self._signing.opened(token.removeprefix(PREFIX), _TOKEN, _NEEDED)
        if not _from(claims["origin"], headers):
            raise NotAllowed("This widget token is for pages of another origin.")
        return claims

    async def _whose(self, claims: Mapping[str, Any]) -> Identity:
        key_id, origin = claims["key"], claims["origin"]
        if not isinstance(key_id, str) or not isinstance(origin, str):
            raise NotAllowed("This widget token is not one that this service signed.")
        key = await self._keys.named(key_id)
        if key.origins and origin not in key.origins:
            raise NotAllowed("This widget token is for pages of an origin that its API key is not for any more.")
        listed = groups_of(claims["groups"], "the widget token")
        user = claims.get("user")
        name = f"widget:{key.id}" if user is None else f"widget:{key.id}:{person_of(user, 'The widget token')}"
        return Identity(tuple(group for group in listed if group in key.groups), name, frozenset(("ask",)))

    def _allowed(self, origin: str) -> bool:
        allowed = self._settings.widget.origins
        return "*" in allowed or origin in (*allowed, origin_of(self._settings.public_url or ""))


def _who(claims: Mapping[str, Any]) -> dict[str, Any]:
    return {name: claims.get(name) for name in (*_NEEDED, "user")}


def _from(origin: object, headers: Mapping[str, str]) -> bool:
    """Whether a page of that origin asks. Browsers leave Origin out of a GET to the page's own host."""
    if not isinstance(origin, str):
        return False
    sent = [value for name, value in headers.items() if name.lower() == "origin"]
    return sent == [origin] if sent else headers.get("host", "").lower() == urlsplit(origin).netloc
