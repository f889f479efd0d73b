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
_PASSED_OVER = (".", "~$")  # hidden files, and the marks an office program leaves beside an open document


class FolderSource:
    """A file, or every readable file below a folder; links are followed, loops are not."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def list(self) -> Iterator[Item | Unreadable]:
        """Files in order of their paths, then what links lead to that was not there yet.

        Files of formats that are not read are passed over inside folders.
        """
        path = self._path
        try:
            path.lstat()
            status = path.stat() if path.exists() else None
            folder, file = path.is_dir(), path.is_file()
        except FileNotFoundError:
            yield _refused(path, f"{_shown(path)} does not exist: check the path.")
        except OSError as error:
            yield _refused(path, f"{_shown(path)} cannot be read: {error.strerror}. Check the path.")
        else:
            if status is None:
                yield _refused(path, f"{_shown(path)} is a link that leads nowhere: check the path.")
            elif folder:
                yield from self._below(path)
            elif not file:
                yield _refused(path, f"{_shown(path)} is neither a file nor a folder.")
            elif not _readable(path):
                yield _refused(
                    path,
                    f"{_shown(path)} is of a format that is not read: convert it to one of {', '.join(_KNOWN)}.",
                )
            else:
                yield _item(path)

    def _below(self, folder: Path) -> Iterator[Item | Unreadable]:
        found = False
        for path in _Walk().below(folder):
            found = True
            yield path if isinstance(path, Unreadable) else _item(path)
        if not found:
            yield _refused(
                folder,
                f"The folder {_shown(folder)} holds no file that is read: it needs one of {', '.join(_KNOWN)}.",
            )


class _Walk:
    """Everything below a folder once, however many links lead to it: first without links, then what only they reach."""

    def __init__(self) -> None:
        self._folders: set[tuple[int, int]] = set()
        self._files: set[tuple[int, int]] = set()

    def below(self, folder: Path) -> Iterator[Path | Unreadable]:
        waiting = [folder]
        while waiting:
            links: list[Path] = []
            for start in waiting:
                if start.is_dir():
                    yield from self._folder(start, links)
                elif _identity(start) not in self._files:
                    self._files.add(_identity(start))
                    yield start
            waiting = links

    def _folder(self, folder: Path, links: list[Path]) -> Iterator[Path | Unreadable]:
        stack = [folder]  # not by recursion: folders may be nested deeper than calls
        while stack:
            entry = stack.pop()
            try:
                if entry is not folder and entry.is_symlink() and (entry.is_dir() or _is_readable_file(entry)):
                    links.append(entry)
                elif entry.is_dir():
                    if _identity(entry) not in self._folders:
                        self._folders.add(_identity(entry))
                        inside = sorted(entry.iterdir(), key=lambda p: p.name, reverse=True)
                        stack += [p for p in inside if not p.name.startswith(_PASSED_OVER)]
                elif _readable(entry):
                    if not entry.is_file():
                        yield _refused(entry, f"{_shown(entry)} is a link that leads nowhere: mend or remove it.")
                    else:
                        self._files.add(_identity(entry))
                        yield entry
            except OSError as error:
                yield _refused(entry, f"{_shown(entry)} cannot be read: {error.strerror}. Check its permissions.")


def _identity(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_dev, status.st_ino


def _readable(path: Path) -> bool:
    return path.name.lower().endswith(_KNOWN)


def _is_readable_file(path: Path) -> bool:
    return _readable(path) and path.is_file()


def _item(path: Path) -> Item | Unreadable:
    def fetch() -> bytes:
        try:
            return path.read_bytes()
        except PermissionError:
            raise PermanentError(f"{path.name} may not be read: check its permissions.") from None
        except FileNotFoundError:
            raise PermanentError(f"{path.name} was taken away while it was to be read.") from None
        except OSError as error:
            raise TransientError(f"{path.name} cannot be read: {error.strerror}. Try again later.") from None

    if not _is_text(str(path)):
        return _refused(path, f"The name of {_shown(path)} is not UTF-8: rename it.")
    try:
        size = path.stat().st_size
    except OSError as error:
        return _refused(path, f"{_shown(path)} cannot be read: {error.strerror}. Check its permissions.")
    return Item(os.path.abspath(path), path.name, size, fetch, ready=path.name.lower().endswith(READY))  # noqa: PTH100 - keeps links' names


def _refused(path: Path, why: str) -> Unreadable:
    return Unreadable(_shown(path), PermanentError(why))


def _is_text(name: str) -> bool:
    """Whether the name can be written down: bytes that are no UTF-8 come as lone surrogates."""
    return not any("\ud800" <= c <= "\udfff" for c in name)


def _shown(path: Path) -> str:
    return os.fsencode(path).decode("utf-8", "backslashreplace")
