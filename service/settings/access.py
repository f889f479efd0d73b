"""Settings of who may ask, and from where."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, model_validator
from pydantic_settings import NoDecode

from ingest.settings import Section

_HEADER = re.compile(r"[A-Za-z0-9-]+")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")


def _split(value: object) -> object:
    """`a, b` as ("a", "b"): a list in the environment is written with commas."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def is_loopback(host: str | None) -> bool:
    """Whether a name or an address leads to this machine alone."""
    if host is None:
        return False
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def origin_of(address: str) -> str | None:
    """`https://Intranet.Example:443/` as a browser names it, `https://intranet.example`; None where it is no origin.

    See RFC 6454: scheme, host and a port that is not the scheme's own; no path, no credentials.
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or parts.username is not None or parts.password is not None:
        return None
    if parts.path not in ("", "/") or parts.query or parts.fragment or not (":" in host or _HOST.fullmatch(host)):
        return None
    named = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{named}" + (
        "" if port in (None, {"http": 80, "https": 443}[parts.scheme]) else f":{port}"
    )


class OidcSettings(Section):
    """Who may ask with a bearer token of an OpenID Connect issuer."""

    issuer: str | None = Field(
        None, description="Address of the issuer, as its tokens name it; its discovery document lies below it."
    )
    audience: str | None = Field(None, description="Audience that a token has to be for: this service, no other.")
    groups_claim: str = Field(
        "groups",
        min_length=1,
        description="Claim that lists the groups of who asks; `realm_access.roles` is a member of a claim.",
    )
    leeway: float = Field(60, ge=0, le=600, description="Seconds by which the clocks of issuer and service may differ.")
    refetch: float = Field(
        30, ge=1, le=3600, description="Fewest seconds between two requests for the issuer's keys, whatever is sent."
    )
    timeout: float = Field(5, gt=0, le=60, description="Seconds that one request to the issuer may take.")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.issuer is None:
            if self.audience is not None:
                raise ValueError(
                    "FOOTNOTE_AUTH__OIDC__AUDIENCE is set, but no issuer is. Set FOOTNOTE_AUTH__OIDC__ISSUER, or leave "
                    "the audience out"
                )
            return self
        parts = urlsplit(self.issuer)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("FOOTNOTE_AUTH__OIDC__ISSUER has to be a whole address that begins with https://")
        if parts.username or parts.password:
            raise ValueError("FOOTNOTE_AUTH__OIDC__ISSUER has a password in it, which logs would show. Leave it out")
        if parts.scheme == "http" and not is_loopback(parts.hostname):
            raise ValueError(
                "FOOTNOTE_AUTH__OIDC__ISSUER is asked over http, where anyone between can put in keys of their own. "
                "Use its https:// address"
            )
        if not self.audience:
            raise ValueError(
                "without an audience a token that the issuer made for any other service would be taken. Set "
                "FOOTNOTE_AUTH__OIDC__AUDIENCE to what the issuer calls this service"
            )
        return self


class ProxySettings(Section):
    """Who may ask because a reverse proxy in front of the service says who they are."""

    user_header: str | None = Field(
        None, description="Header in which the proxy names who asks, as `X-Forwarded-User`; unset: no proxy is trusted."
    )
    groups_header: str | None = Field(
        None, description="Header in which it lists their groups, with commas, as `X-Forwarded-Groups`."
    )
    addresses: Names = Field(
        (), description="Addresses the proxy connects from, as `10.0.0.5, 10.1.0.0/24`; from others it is not believed."
    )

    @property
    def networks(self) -> tuple[Network, ...]:
        """The addresses, parsed."""
        return tuple(ipaddress.ip_network(a, strict=False) for a in self.addresses)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for header in (self.user_header, self.groups_header):
            if header is not None and not _HEADER.fullmatch(header):
                raise ValueError(f"{header!r} is not the name of a header: it has letters, digits and - alone")
        if self.user_header is None:
            if self.groups_header is not None or self.addresses:
                raise ValueError(
                    "a proxy is described, but not the header in which it names who asks. Set "
                    "FOOTNOTE_AUTH__PROXY__USER_HEADER, or leave the others out"
                )
            return self
        if "authorization" in {(self.user_header or "").lower(), (self.groups_header or "").lower()}:
            raise ValueError("Authorization carries keys and tokens. Let the proxy name who asks in another header")
        try:
            networks = self.networks
        except ValueError:
            raise ValueError(
                "FOOTNOTE_AUTH__PROXY__ADDRESSES has to be addresses or networks, as 10.0.0.5, 10.1.0.0/24"
            ) from None
        if not networks or any(network.prefixlen == 0 for network in networks):
            raise ValueError(
                f"whoever connects could claim to be anyone in {self.user_header}. Set "
                "FOOTNOTE_AUTH__PROXY__ADDRESSES to the addresses that the proxy connects from, and no others"
            )
        return self


class AuthSettings(Section):
    """Who may ask. Where any of this is set, who shows nothing is refused, unless `open_access` lets them in."""

    required: bool = Field(
        False, description="Refuse whoever shows no key or token; API keys are made by `footnote keys create`."
    )
    oidc: OidcSettings = OidcSettings()  # type: ignore[call-arg]
    proxy: ProxySettings = ProxySettings()  # type: ignore[call-arg]
    ingest_group: str | None = Field(
        None, description="Members of this group, by token or proxy, may ingest; API keys have scopes of their own."
    )
    admin_group: str | None = Field(None, description="Members of this group, by token or proxy, may do everything.")
    hosts: Names = Field(
        (),
        description="Names, beside this machine's own and that of `public_url`, that the service may be asked under; "
        "once set, all others are refused.",
    )
    failures: int = Field(
        30, gt=0, description="Bad keys and tokens from one address in a minute that are told why; more are put off."
    )

    @property
    def on(self) -> bool:
        """Whether there is any way to show who one is that the operator has set up."""
        return self.required or self.oidc.issuer is not None or self.proxy.user_header is not None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        bad = next((h for h in self.hosts if not _HOST.fullmatch(h)), None)
        if bad is not None:
            raise ValueError(f"FOOTNOTE_AUTH__HOSTS has {bad!r}: name hosts alone, as footnote.example, without a port")
        return self


class WidgetSettings(Section):
    """Where the chat widget may be embedded, and what it may ask with."""

    origins: Names = Field(
        (),
        description="Origins of the pages that may ask from the browser, as `https://intranet.example`; `*` for all.",
    )
    token_seconds: int = Field(900, ge=30, le=86_400, description="Seconds until a widget token ends.")
    reading_seconds: int = Field(
        3600, ge=60, le=86_400, description="Seconds in which a tab that the widget opened reads articles."
    )

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for origin in self.origins:
            if origin != "*" and origin_of(origin) != origin:
                meant = origin_of(origin)
                hint = f"Write {meant}" if meant else "Write scheme and host, as https://intranet.example"
                raise ValueError(f"{origin!r} is not an origin as browsers name it. {hint}")
        return self
