"""Names of processes, by which one can tell whether another has died."""

from __future__ import annotations

import os
import secrets
import socket

from service.serving.processes import lives


def new_name() -> str:
    """A name for something that this process does, and that no other has."""
    return f"{_machine()} {os.getpid()} {secrets.token_hex(6)}"


def is_dead(name: str, own: str) -> bool:
    """Whether the process of that name, on this machine, is not there any more; `own` is that of whoever asks."""
    machine, number, _ = name.rsplit(" ", 2)
    if name == own or machine != _machine():
        return False
    return int(number) == os.getpid() or not lives(int(number))


def _machine() -> str:
    """Where numbers of processes mean the same: containers may share a name, and not their numbers."""
    try:
        return f"{socket.gethostname()}:{os.stat('/proc/self/ns/pid').st_ino}"  # noqa: PTH116 - it is no file
    except OSError:
        return socket.gethostname()
