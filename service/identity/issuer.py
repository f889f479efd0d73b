"""The public keys of an OpenID Connect issuer, fetched where its discovery document says."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from service.errors import WhoAsksUnknown
from service.settings.access import OidcSettings, is_loopback

_log = logging.getLogger(__name__)
# Seconds after which known keys are asked for again, behind the request that notices.
_OLD = 3600.0
_MOST_BYTES = 1_000_000
_MOST_KEYS = 100


class Issuer:
    """Knows the keys of one issuer. Those it knows go on counting while the issuer cannot be reached."""

    def __init__(self, settings: OidcSettings) -> None:
        self._settings = settings
        self._address = (settings.issuer or "").rstrip("/")
        self._keys: Mapping[str | None, Mapping[str, Any]] = {}
        self._name = settings.issuer or ""
        self._asked_at = self._fetched_at = float("-inf")
        self._asking = asyncio.Lock()
        self._behind: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        """What tokens have to say in `iss`: as the issuer writes itself, with its slash at the end or without."""
        return self._name

    async def key(self, kid: str | None) -> Mapping[str, Any] | None:
        """The JSON Web Key (RFC 7517) of that id; without an id, the only one there is. None where there is none.

        Raises:
            WhoAsksUnknown: no key is known yet and the issuer cannot be asked.
        """
        found = self._known(kid)
        if found is None:
            async with self._asking:
                found = self._known(kid)
                if found is None and time.monotonic() - self._asked_at >= self._settings.refetch:
                    await self._fetch()
                    found = self._known(kid)
        elif time.monotonic() - max(self._fetched_at + _OLD, self._asked_at + self._settings.refetch) >= 0:
            self._fetch_behind()
        if found is None and not self._keys:
            raise WhoAsksUnknown("The issuer of these tokens cannot be reached, so who asks cannot be checked now.")
        return found

    async def close(self) -> None:
        """Stop asking."""
        if self._behind is not None:
            self._behind.cancel()

    def _known(self, kid: str | None) -> Mapping[str, Any] | None:
        if kid is None:
            return next(iter(self._keys.values())) if len(self._keys) == 1 else None
        return self._keys.get(kid)

    def _fetch_behind(self) -> None:
        if self._behind is None or self._behind.done():
            self._behind = asyncio.create_task(self._fetch())

    async def _fetch(self) -> None:
        """Ask for the keys; whatever goes wrong, those that were known stay."""
        import httpx

        self._asked_at = time.monotonic()
        try:
            async with httpx.AsyncClient(timeout=self._settings.timeout, follow_redirects=False) as client:
                about = await _json(client, f"{self._address}/.well-known/openid-configuration")
                name, place = about.get("issuer"), about.get("jwks_uri")
                if not isinstance(name, str) or name.rstrip("/") != self._address:
                    raise ValueError("its discovery document is another issuer's")
                if not isinstance(place, str) or not _safe(place):
                    raise ValueError("its keys do not lie at an https:// address")
                keys = _usable((await _json(client, place)).get("keys"))
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            _log.warning(
                "The keys of the issuer %s could not be fetched (%s); %s known ones go on counting.",
                self._address,
                error or type(error).__name__,
                len(self._keys),
            )
            return
        self._name, self._keys, self._fetched_at = name, keys, time.monotonic()


async def _json(client: Any, address: str) -> Mapping[str, Any]:
    """The object at an address.

    Raises:
        httpx.HTTPError: it cannot be had.
        ValueError: it is no object, or too large.
    """
    read = bytearray()
    async with client.stream("GET", address, headers={"Accept": "application/json"}) as response:
        if response.status_code != 200:
            raise ValueError(f"{urlsplit(address).path} answered {response.status_code}")
        async for piece in response.aiter_bytes():
            read += piece
            if len(read) > _MOST_BYTES:
                raise ValueError(f"{urlsplit(address).path} is too large")
    import json

    found = json.loads(read)
    if not isinstance(found, dict):
        raise ValueError(f"{urlsplit(address).path} is not an object")
    return found


def _usable(keys: Any) -> Mapping[str | None, Mapping[str, Any]]:
    """Those that sign and are asymmetric: a shared secret among public keys would be everybody's."""
    listed = keys if isinstance(keys, list) else []
    usable = {
        key.get("kid"): key
        for key in listed[:_MOST_KEYS]
        if isinstance(key, dict)
        and key.get("kty") in ("RSA", "EC", "OKP")
        and key.get("use", "sig") == "sig"
        and isinstance(key.get("kid"), str | None)
    }
    if not usable:
        raise ValueError("there is no key among its keys that signs")
    return usable


def _safe(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname))
