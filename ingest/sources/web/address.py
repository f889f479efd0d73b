"""Web addresses in one spelling, and which machines may be connected to.

Two spellings of one machine (`0x7f.1`, `2130706433`, `１２７。0.0.1`) become the same before anything is decided.
"""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import quote, urljoin, urlsplit

import idna

from ingest.sources.web.errors import AddressRefused

LONGEST = 4096
_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")
_EDGES = "".join(map(chr, range(0x21)))

# Explicit, because what the standard library calls private differs between versions of Python.
_ALWAYS = {
    "0.0.0.0/8": "an unspecified address", "169.254.0.0/16": "a link-local address",
    "224.0.0.0/4": "a multicast address",
    "240.0.0.0/4": "a reserved address", "192.0.0.0/24": "a reserved address", "192.88.99.0/24": "a reserved address",
    "100.100.100.200/32": "a cloud metadata address", "fd00:ec2::254/128": "a cloud metadata address",
    "::/128": "an unspecified address", "fe80::/10": "a link-local address", "ff00::/8": "a multicast address",
    "2001::/23": "a reserved address", "2002::/16": "a tunnel address", "64:ff9b:1::/48": "a translated address",
}  # fmt: skip
_PRIVATE = {
    "10.0.0.0/8": "a private address", "172.16.0.0/12": "a private address", "192.168.0.0/16": "a private address",
    "127.0.0.0/8": "a loopback address", "100.64.0.0/10": "a carrier's private address",
    "198.18.0.0/15": "a test address", "192.0.2.0/24": "a test address", "198.51.100.0/24": "a test address",
    "203.0.113.0/24": "a test address", "::1/128": "a loopback address", "fc00::/7": "a private address",
    "fec0::/10": "a private address", "2001:db8::/32": "a test address", "3fff::/20": "a test address",
}  # fmt: skip
_NEVER = [(ip_network(net), kind) for net, kind in _ALWAYS.items()]
_INSIDE = [(ip_network(net), kind) for net, kind in _PRIVATE.items()]
_GLOBAL = ip_network("2000::/3")
_NAT64 = ip_network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Address:
    """A web address in its one spelling; `target` is the path with its query, percent-encoded."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """Host and, where it is not the scheme's own, port: what a Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """Scheme and authority."""
        return f"{self.scheme}://{self.authority}"

    @property
    def url(self) -> str:
        """The whole address."""
        return self.origin + self.target


def parse(url: str, base: Address | None = None) -> Address:
    """The address that `url` spells, seen from the page `base`.

    Raises:
        AddressRefused: it is no http(s) address, is malformed, or carries a user name or password.
    """
    url = url.strip(_EDGES)
    shown = "".join(c if c.isprintable() else "\ufffd" for c in url[:200]) + ("…" if len(url) > 200 else "")
    if len(url) > LONGEST:
        raise AddressRefused(f"{shown} is longer than {LONGEST} characters, and so no address that is read.")
    try:
        parts = urlsplit(urljoin(base.url, url) if base else url)
        scheme, host, port = parts.scheme.lower(), parts.hostname or "", parts.port
    except ValueError:
        raise AddressRefused(f"{shown} is not a web address: check its spelling.") from None
    if scheme not in _PORTS:
        raise AddressRefused(f"{shown} is not a web address: it has to begin with https:// or http://.")
    if "@" in parts.netloc:
        bare = f"{scheme}://{parts.netloc.rpartition('@')[2]}"
        raise AddressRefused(f"The address at {bare} carries a user name or password: take it out of the address.")
    canonical = _host(host)
    if canonical is None or port == 0:
        raise AddressRefused(f"{shown} is not a web address: {host or 'it'} is no name of a host.")
    target = _path(parts.path) + (f"?{quote(parts.query, safe=_QUERY)}" if parts.query else "")
    return Address(scheme, canonical, port or _PORTS[scheme], target)


def check(address: Address, allow_private: bool) -> None:
    """Refuse what can be refused without asking the name server: literal addresses and unusual ports.

    Raises:
        AddressRefused: a port other than 80 and 443 while private addresses are not allowed, or a forbidden address.
    """
    if address.port not in _PORTS.values() and not allow_private:
        raise AddressRefused(
            f"{address.url} names port {address.port}: only 80 and 443 are read. For a trusted intranet set "
            "FOOTNOTE_WEB__ALLOW_PRIVATE_ADDRESSES=true."
        )
    try:
        ip_address(address.host)
    except ValueError:
        return
    require(address.host, [address.host], allow_private)


def require(host: str, addresses: list[str], allow_private: bool) -> list[str]:
    """Those of a host's IP addresses that may be connected to.

    Raises:
        AddressRefused: there is none.
    """
    refused = {ip: refusal(ip, allow_private) for ip in addresses}
    if permitted := [ip for ip in addresses if refused[ip] is None]:
        return permitted
    ip, kind = next(iter(refused.items()))
    where = "" if ip == host else f" is at {ip}, which"
    hint = (
        " For a trusted intranet set FOOTNOTE_WEB__ALLOW_PRIVATE_ADDRESSES=true."
        if not allow_private and refusal(ip, True) is None
        else ""
    )
    raise AddressRefused(f"{host}{where} is {kind}: nothing is read from there.{hint}")


def refusal(ip: str, allow_private: bool) -> str | None:
    """What kind of forbidden address this is ("a loopback address"), or None where it may be connected to."""
    try:
        address = ip_address(ip.partition("%")[0])
    except ValueError:
        return "no IP address"
    inner = _embedded(address)
    if inner is not None:
        return refusal(str(inner), allow_private)
    inside = next((kind for net, kind in _INSIDE if address in net), None)
    never = next((kind for net, kind in _NEVER if address in net), None)
    if never is None and inside is None and isinstance(address, IPv6Address) and address not in _GLOBAL:
        return "a reserved address"
    return never or (None if allow_private else inside)


def _embedded(address: IPv4Address | IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address stands for: mapped, or by way of a NAT64 gateway."""
    if isinstance(address, IPv4Address):
        return None
    return address.ipv4_mapped or (IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None)


def _host(host: str) -> str | None:
    if ":" in host:
        try:
            return str(IPv6Address(host)) if "%" not in host else None
        except ValueError:
            return None
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True, transitional=False).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            return None
    host = host.lower().removesuffix(".")
    if not _HOST.fullmatch(host):
        return None
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        try:
            return socket.inet_ntoa(socket.inet_aton(host))
        except OSError:
            return None
    return host


_PATH = "/%:@!$&'()*+,;=~-._"
_QUERY = _PATH + "?[]"
_DOT = re.compile(r"%2e", re.I)


def _path(path: str) -> str:
    """Percent-encoded and without `.` and `..`, so that robots.txt is asked about the path the server will see."""
    kept: list[str] = []
    segments = quote(path, safe=_PATH).split("/")[1:] or [""]
    for i, segment in enumerate(segments):
        last = i == len(segments) - 1
        plain = _DOT.sub(".", segment)
        if plain == "..":
            del kept[-1:]
        if plain in (".", ".."):
            if last:
                kept.append("")
        else:
            kept.append(segment)
    return "/" + "/".join(kept)
