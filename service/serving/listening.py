"""The address that the service listens on."""

from __future__ import annotations

import errno
import socket

from service.errors import FootnoteError


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to the address, IPv4 where the name has both; port 0 takes a free one.

    Raises:
        FootnoteError: the address is taken, not this machine's, or not allowed.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        raise FootnoteError(f"FOOTNOTE_HOST: {host} is not the name or address of a machine.") from None
    family, kind, protocol, _, address = min(found, key=lambda one: one[0] != socket.AF_INET)
    listening = socket.socket(family, kind, protocol)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(address)
    except OSError as error:
        listening.close()
        raise FootnoteError(_why(error, host, port)) from None
    return listening


def _why(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} of {host} is taken by another program: stop that one, or choose another port with --port."
    if error.errno == errno.EACCES:
        return f"Port {port} needs rights that you do not have: choose one from 1024 up with --port."
    return f"{host} is not an address of this machine: choose another with --host."
