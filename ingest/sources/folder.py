"""Files and folders on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from ingest.errors import PermanentError, TransientError
from ingest.extract import SUFFIXES
from ingest.sources.base import Item, Unreadable

READY = (".jsonl", ".jsonl.gz")
_KNOWN = (*sorted(SUFFIXES), *READY)


class FolderSource:
    """A file, or every readable file below a folder; links are followed, loops are not."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def list(self) -> Iterator[Item | Unreadable]:
        """Files in order of their paths; files of formats that are not read are passed over inside folders."""
        path = self._path
        if path.is_dir():
            yield from self._below(path)
        elif path.exists():
            if not path.is_file():
                yield Unreadable(str(path), PermanentError(f"{path} is neither a file nor a folder."))
            elif not _readable(path):
                yield Unreadable(
                    str(path),
                    PermanentError(
                        f"{path.name} is of a format that is not read: convert it to one of {', '.join(_KNOWN)}."
                    ),
                )
            else:
                yield _item(path)
        else:
            what = "is a link that leads nowhere" if path.is_symlink() else "does not exist"
            yield Unreadable(str(path), PermanentError(f"{path} {what}: check the path."))

    def _below(self, folder: Path) -> Iterator[Item | Unreadable]:
        found = False
        for path in _walk(folder, frozenset()):
            found = True
            yield path if isinstance(path, Unreadable) else _item(path)
        if not found:
            yield Unreadable(
                str(folder),
                PermanentError(f"The folder {folder} holds no file that is read: it needs one of {', '.join(_KNOWN)}."),
            )


def _walk(folder: Path, above: frozenset[tuple[int, int]]) -> Iterator[Path | Unreadable]:
    try:
        status = folder.stat()
        here = (status.st_dev, status.st_ino)
        if here in above:
            return  # a link that leads back up
        entries = sorted(folder.iterdir(), key=lambda p: p.name)
    except OSError as error:
        yield Unreadable(str(folder), TransientError(f"The folder {folder} cannot be read: {error.strerror}."))
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield from _walk(entry, above | {here})
        elif _readable(entry):
            if entry.is_file():
                yield entry
            else:
                yield Unreadable(
                    str(entry), PermanentError(f"{entry} is a link that leads nowhere: mend or remove it.")
                )


def _readable(path: Path) -> bool:
    return path.name.lower().endswith(_KNOWN)


def _item(path: Path) -> Item | Unreadable:
    def fetch() -> bytes:
        try:
            return path.read_bytes()
        except PermissionError:
            raise PermanentError(f"{path.name} may not be read: check its permissions.") from None
        except OSError as error:
            raise TransientError(f"{path.name} cannot be read: {error.strerror}.") from None

    try:
        size = path.stat().st_size
    except OSError as error:
        return Unreadable(str(path), TransientError(f"{path.name} cannot be read: {error.strerror}."))
    return Item(os.path.abspath(path), path.name, size, fetch, ready=path.name.lower().endswith(READY))  # noqa: PTH100 - keeps links' names
