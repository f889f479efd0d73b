"""Who asks, as a reverse proxy says that stands in front of the service."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping

from service.errors import NotAllowed
from service.identity.groups import groups_of, member, person_of
from service.identity.identity import Identity
from service.settings import AuthSettings


class TrustedProxy:
    """Believes the headers of connections from the listed addresses, and of no others."""

    def __init__(self, auth: AuthSettings) -> None:
        self._auth = auth
        self._user = (auth.proxy.user_header or "").lower()
        self._groups = (auth.proxy.groups_header or "").lower()
        self._networks = auth.proxy.networks

    def identify(self, headers: Mapping[str, str], client: str | None) -> Identity | None:
        """Whom the proxy names; None where it names nobody.

        Raises:
            NotAllowed: another than the proxy sent its headers, or sent one twice, or they cannot be read.
        """
        user, groups = self._one(headers, self._user), self._one(headers, self._groups)
        if not self._user or (not user and not groups):
            return None
        if not self._trusts(client):
            raise NotAllowed(
                "Only the proxy in front of this service may say who asks, and this did not come from an address in "
                "FOOTNOTE_AUTH__PROXY__ADDRESSES."
            )
        name = person_of(user, "The header of the proxy")
        listed = groups_of([part for part in groups.split(",") if part.strip()], "the header of the proxy")
        return member(f"proxy:{name}", listed, self._auth)

    def _one(self, headers: Mapping[str, str], name: str) -> str:
        """The one value of a header, which was sent in UTF-8 but is handed over as Latin-1."""
        found = [value for sent, value in headers.items() if sent.lower() == name]
        if len(found) > 1:
            raise NotAllowed("A header that says who asks came twice: which of the two is meant cannot be known.")
        try:
            return found[0].strip().encode("latin-1").decode("utf-8") if found else ""
        except UnicodeError:
            raise NotAllowed("A header that says who asks is not in UTF-8.") from None

    def _trusts(self, client: str | None) -> bool:
        try:
            address = ipaddress.ip_address(client or "")
        except ValueError:
            return False
        mapped = getattr(address, "ipv4_mapped", None) or address
        return any(mapped in network for network in self._networks)
