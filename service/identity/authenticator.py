"""Finds out who asks from what a request carries, whatever channel it came by."""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from service.errors import NotAllowed
from service.identity.identity import EVERYTHING, Identity
from service.settings import Settings


class Authenticator:
    """Knows the ways to show who one is."""

    def __init__(self, settings: Settings, token: str) -> None:
        """`token` is the one in the data folder, for commands on this machine."""
        self._settings, self._token = settings, token

    async def identify(self, headers: Mapping[str, str], client: str | None) -> Identity:
        """Who asks; `headers` by lower-case names, `client` the address that connected.

        Raises:
            NotAllowed: they did not show who they are, or what they showed is not good.
        """
        authorization = headers.get("authorization", "")
        if not authorization:
            return Identity(address=client)
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(token.strip().encode(), self._token.encode()):
            raise NotAllowed("The token in the header Authorization is not one that this service knows.")
        return Identity(scopes=EVERYTHING, owner=True, address=client)
