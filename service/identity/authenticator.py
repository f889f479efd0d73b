"""Finds out who asks from what a request carries, whatever channel it came by."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from ingest.index import Catalogue
from service.audit.log import AuditLog
from service.errors import Forbidden, NotAllowed
from service.identity import api_key, widget
from service.identity.failures import Failures
from service.identity.identity import EVERYTHING, Identity
from service.identity.key_store import KeyStore
from service.identity.known_keys import KnownKeys
from service.identity.oidc import BearerTokens
from service.identity.proxy import TrustedProxy
from service.identity.widget import WidgetToken, WidgetTokens
from service.settings import Settings

_UNKNOWN = "The token in the header Authorization is not one that this service knows."


class Authenticator:
    """Knows the ways to show who one is. What is shown and is not good is refused, never passed over."""

    def __init__(self, settings: Settings, token: str, catalogue: Catalogue, audit: AuditLog | None = None) -> None:
        """`token` is the one in the data folder, for commands on this machine."""
        self._settings, self._token, self._audit = settings, token.encode(), audit
        self._store = KeyStore(catalogue)
        self._keys = KnownKeys(self._store)
        self._widget = WidgetTokens(settings, self._store, self._keys)
        self._proxy = TrustedProxy(settings.auth)
        self._oidc = BearerTokens(settings.auth) if settings.auth.oidc.issuer else None
        self._failures = Failures(settings.auth.failures)

    async def identify(self, headers: Mapping[str, str], client: str | None) -> Identity:
        """Who asks; `headers` by lower-case names, `client` the address that connected, not one that it names.

        Raises:
            NotAllowed: they did not show who they are, or what they showed is not good.
            TooManyRequests: and that address has shown too much that is not good.
            WhoAsksUnknown: it cannot be checked now.
        """
        try:
            shown = await self._shown(headers, client)
        except NotAllowed as error:
            if self._audit is not None:
                self._audit.refused(client)
            raise self._failures.refuse(error, client) from None
        if shown is None:
            if not self._settings.answers_anyone:
                raise NotAllowed(
                    "This service answers only who shows an API key or a token: send Authorization: Bearer …"
                )
            shown = Identity()
        return self._noted(shown, client)

    async def reader(self, headers: Mapping[str, str], client: str | None, cookie: str | None) -> Identity:
        """Who reads an article's page: where the request shows nobody, whoever the cookie of the tab is for.

        Browsers send a cookie of themselves: one that is not good is passed over. Raises as `identify` does.
        """
        with suppress(NotAllowed):
            if cookie and "authorization" not in headers and self._proxy.identify(headers, client) is None:
                return self._noted(await self._widget.reader(cookie), client)
        return await self.identify(headers, client)

    async def give_pass(self, headers: Mapping[str, str]) -> tuple[str, str]:
        """(a pass that opens an article's page, when it ends) for whoever shows a widget token.

        Raises:
            Forbidden: they show something else.
            NotAllowed: the token is not good.
        """
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip().startswith(widget.PREFIX):
            raise Forbidden("Passes are made with a widget token, and with nothing else.")
        return await self._widget.give_pass(token.strip(), headers)

    async def take_pass(self, given: str) -> str:
        """What the cookie of a tab holds that came with a pass.

        Raises:
            NotAllowed: the pass is not good, or no longer.
        """
        return await self._widget.take_pass(given)

    async def widget_token(
        self, asker: Identity, origin: str, user: str | None, groups: Sequence[str] | None
    ) -> WidgetToken:
        """A token for a page, made with the API key that was shown.

        Raises:
            Forbidden: no key was shown, or it may not.
        """
        return await self._widget.mint(asker, origin, user, groups)

    async def close(self) -> None:
        """Write down when keys were last used, and ask no issuer any more."""
        if self._oidc is not None:
            await self._oidc.issuer.close()
        await self._keys.close()

    def _noted(self, shown: Identity, client: str | None) -> Identity:
        known = replace(shown, address=client)
        if self._audit is not None:
            self._audit.used(known)
        return known

    async def _shown(self, headers: Mapping[str, str], client: str | None) -> Identity | None:
        """Whom the request shows; None where it shows nothing.

        A bearer token decides alone: who sends one through the proxy means it. What else stands in Authorization is
        the proxy's own business, where the proxy says who asks.
        """
        sent = [value.strip() for name, value in headers.items() if name.lower() == "authorization"]
        scheme, _, token = (sent[0] if sent else "").partition(" ")
        if len(sent) > 1:
            raise NotAllowed("The header Authorization came twice.")
        if scheme.lower() == "bearer":
            return await self._bearer(token.strip(), headers)
        named = self._proxy.identify(headers, client)
        if named is None and sent:
            raise NotAllowed("The header Authorization has to be: Bearer, a space, and an API key or a token.")
        return named

    async def _bearer(self, token: str, headers: Mapping[str, str]) -> Identity:
        if hmac.compare_digest(token.encode(), self._token):
            return Identity(scopes=EVERYTHING, owner=True)
        if token.startswith(api_key.PREFIX):
            return await self._keys.identify(token, headers)
        if token.startswith(widget.PREFIX):
            return await self._widget.identify(token, headers)
        if self._oidc is not None and token.count(".") == 2:
            return await self._oidc.identify(token)
        raise NotAllowed(_UNKNOWN)
