"""Lock files that name a process which no longer holds them: harmless, for the lock went with the process."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.finding import Finding, Kind, Mended


def stale_locks(data: Path) -> list[Finding]:
    """Lock files that a process which ended without leaving still seems to hold. Changes nothing."""
    found = []
    for path in sorted(data.glob("*.lock")):
        with _unheld(path) as file:
            pid = _named(file)
        if pid is not None:
            found.append(
                Finding(
                    Kind.LOCK_STALE,
                    f"{path.name} names process {pid}, which ended without leaving the folder in order",
                    1,
                    "",
                    "This is harmless: the lock went with the process.",
                    True,
                )
            )
    return found


def clean_locks(data: Path) -> list[Mended]:
    """Take the names of such processes out of lock files; a file that is held is left alone."""
    done = []
    for path in sorted(data.glob("*.lock")):
        with _unheld(path) as file:
            if file is not None and _named(file) is not None:
                os.ftruncate(file, 0)
                os.pwrite(file, b"{}", 0)
                done.append(Mended(Kind.LOCK_STALE, f"Cleaned {path.name}.", 1))
    return done


@contextmanager
def _unheld(path: Path) -> Iterator[int | None]:
    """The file, locked, or None where another process, or this one, holds it."""
    try:
        file = os.open(path, os.O_RDWR)
    except OSError:
        yield None
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(file)
        yield None
        return
    try:
        yield file
    finally:
        os.close(file)


def _named(file: int | None) -> str | None:
    """The process that a lock file names, if it names one."""
    if file is None:
        return None
    try:
        owner = json.loads(os.pread(file, 4096, 0) or b"{}")
    except ValueError:
        return "unknown"
    return str(owner.get("pid", "unknown")) if isinstance(owner, dict) and owner else None
