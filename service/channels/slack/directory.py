"""Which groups somebody belongs to, by e-mail address: a file that whoever runs the service keeps up to date."""

from __future__ import annotations

import csv
import io
import json
import logging
import threading
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from service.errors import NotAllowed, WhoAsksUnknown
from service.identity.groups import groups_of

_log = logging.getLogger(__name__)
_MOST_BYTES = 20_000_000
_Groups = Mapping[str, tuple[str, ...]]
_Stamp = tuple[int, int, int]


class Directory:
    """Reads the file again once it has changed. Safe to share between threads.

    JSON: `{"ana@example.com": ["hr", "board"]}`. CSV: a line `email,groups`, then one for each address, its groups with
    spaces between them; an address on several lines has the groups of all.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, threading.Lock()
        self._read: tuple[_Stamp, _Groups] | None = None

    def groups(self, emails: Collection[str]) -> dict[str, tuple[str, ...]]:
        """The groups of whoever has one of these addresses; those that are not in the file are left out. Blocking.

        Raises:
            WhoAsksUnknown: the file cannot be read. What it said before is not believed any more: it may have been
                changed to take something from somebody.
        """
        current = self._current()
        return {email: current[_same(email)] for email in emails if _same(email) in current}

    def _current(self) -> _Groups:
        with self._lock:
            try:
                found = self._path.stat()
                stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
                if self._read is None or self._read[0] != stamp:
                    self._read = None
                    self._read = stamp, self._parsed(found.st_size)
                return self._read[1]
            except (OSError, ValueError, NotAllowed, csv.Error) as error:
                why = error.strerror if isinstance(error, OSError) else error
                _log.error("The directory %s cannot be read, so nobody is answered in Slack: %s", self._path, why)
                raise WhoAsksUnknown(
                    "It cannot be found out now which articles you may read: the directory of groups cannot be read. "
                    "Tell whoever runs this service."
                ) from None

    def _parsed(self, size: int) -> _Groups:
        if size > _MOST_BYTES:
            raise ValueError(f"it has more than {_MOST_BYTES} bytes")
        text = self._path.read_text("utf-8-sig")
        entries = _of_csv(text) if self._path.suffix.lower() == ".csv" else _of_json(text)
        found: dict[str, tuple[str, ...]] = {}
        for email, groups in entries:
            name = _same(email)
            if "@" not in name or any(c.isspace() for c in name):
                raise ValueError(f"{email!r} is no e-mail address")
            found[name] = tuple(dict.fromkeys((*found.get(name, ()), *groups_of(groups, f"the line of {email}"))))
        return found


def _same(email: str) -> str:
    return email.strip().casefold()


def _of_json(text: str) -> Iterator[tuple[str, Any]]:
    try:
        read = json.loads(text, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise ValueError(f"it is not JSON (line {error.lineno})") from None
    if not isinstance(read, dict):
        raise ValueError("it has to be an object: addresses, and a list of groups for each")
    for email, groups in read.items():
        if not isinstance(groups, list):
            raise ValueError(f"the groups of {email} have to be a list")
        yield email, groups


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """JSON leaves it open which of two members of the same name counts."""
    seen: set[str] = set()
    for name, _ in pairs:
        if _same(name) in seen:
            raise ValueError(f"{name} is in it twice")
        seen.add(_same(name))
    return dict(pairs)


def _of_csv(text: str) -> Iterator[tuple[str, str]]:
    rows = csv.DictReader(io.StringIO(text), strict=True)
    if rows.fieldnames is None or not {"email", "groups"} <= set(rows.fieldnames):
        raise ValueError("its first line has to be: email,groups")
    for row in rows:
        if row["email"] is None or row["groups"] is None or None in row:
            raise ValueError(f"line {rows.line_num} has not as many fields as the first")
        yield row["email"], row["groups"]
