"""Files and folders on this machine."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from ingest.errors import PermanentError, SourceUnreachable, TransientError
from ingest.extract import SUFFIXES
from ingest.extract.jsonl import ReadyArticle, read_jsonl
from ingest.sources.base import Fetched, Item, Unreadable

READY = (".jsonl", ".jsonl.gz")
_KNOWN = (*sorted(SUFFIXES), *READY)
_PASSED_OVER = (".", "~$")  # hidden files, and the marks an office program leaves beside an open document


class FolderSource:
    """A file, or every readable file below a folder; links are followed, loops are not."""

    exhaustive = True

    def __init__(self, path: Path, groups: tuple[str, ...] = ()) -> None:
        self._path, self.groups = path, groups
        self.key = _address(path)

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
            yield _unreachable(path, f"{_shown(path)} does not exist: check the path.")
        except OSError as error:
            yield _unreachable(path, f"{_shown(path)} cannot be read: {error.strerror}. Check the path.")
        else:
            if status is None:
                yield _unreachable(path, f"{_shown(path)} is a link that leads nowhere: check the path.")
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
                yield from _items(self.key, status.st_size)

    def _below(self, folder: Path) -> Iterator[Item | Unreadable]:
        found = False
        for one in _Walk().below(self.key):
            found = True
            if isinstance(one, Unreadable):
                yield one
            else:
                yield from _items(*one)
        if not found:
            yield _unreachable(  # perhaps a disk that is not mounted
                folder,
                f"The folder {_shown(folder)} holds no file that is read: it needs one of {', '.join(_KNOWN)}.",
            )


class _Walk:
    """Everything below a folder once, however many links lead to it: first without links, then what only they reach."""

    def __init__(self) -> None:
        self._folders: set[tuple[int, int]] = set()
        self._files: set[tuple[int, int]] = set()

    def below(self, folder: str) -> Iterator[tuple[str, int] | Unreadable]:
        """(path, bytes) of each file."""
        waiting = [folder]
        while waiting:
            links: list[str] = []
            for start in waiting:
                status = os.stat(start)  # noqa: PTH116 - of ten thousand files, a path object each is felt
                if stat.S_ISDIR(status.st_mode):
                    yield from self._folder(start, links)
                elif self._is_new(self._files, status):
                    yield start, status.st_size
            waiting = links

    def _folder(self, folder: str, links: list[str]) -> Iterator[tuple[str, int] | Unreadable]:
        stack: list[str | os.DirEntry[str]] = [folder]  # not by recursion: folders may be nested deeper than calls
        while stack:
            entry = stack.pop()
            path = os.fspath(entry)
            try:
                is_link = isinstance(entry, os.DirEntry) and entry.is_symlink()
                readable = _readable(path)
                status = os.stat(path) if readable or is_link or isinstance(entry, str) else entry.stat()  # noqa: PTH116
            except OSError as error:
                if error.errno in (errno.ENOENT, errno.ELOOP):
                    if readable:
                        yield _refused(path, f"{_shown(path)} is a link that leads nowhere: mend or remove it.")
                    continue
                yield _unreachable(path, f"{_shown(path)} cannot be read: {error.strerror}. Check its permissions.")
                continue
            is_folder, is_file = stat.S_ISDIR(status.st_mode), stat.S_ISREG(status.st_mode)
            if is_link and (is_folder or (readable and is_file)):
                links.append(path)
            elif is_folder and self._is_new(self._folders, status):
                try:
                    with os.scandir(path) as listed:
                        inside = sorted(listed, key=lambda e: e.name, reverse=True)
                except OSError as error:
                    yield _unreachable(path, f"{_shown(path)} cannot be read: {error.strerror}. Check its permissions.")
                else:
                    stack += [e for e in inside if not e.name.startswith(_PASSED_OVER)]
            elif readable and is_file:
                self._is_new(self._files, status)
                yield path, status.st_size
            elif readable and not is_folder:
                yield _refused(path, f"{_shown(path)} is neither a file nor a folder.")

    @staticmethod
    def _is_new(seen: set[tuple[int, int]], status: os.stat_result) -> bool:
        identity = status.st_dev, status.st_ino
        new = identity not in seen
        seen.add(identity)
        return new


def _readable(path: str | Path) -> bool:
    return os.fspath(path).lower().endswith(_KNOWN)


def _items(address: str, size: int) -> Iterator[Item | Unreadable]:
    """The file, or each article in a file of ready articles."""
    if not _is_text(address):
        yield _refused(address, f"The name of {_shown(address)} is not UTF-8: rename it.")
    elif not address.lower().endswith(READY):
        yield _file(address, size)
    else:
        yield from _records(address)


def _records(address: str) -> Iterator[Item | Unreadable]:
    name = os.path.basename(address)  # noqa: PTH119
    lines: dict[int, int] = {}
    try:
        file = open(address, "rb")  # noqa: PTH123, SIM115 - closed by `with`, whose body raises errors of other files
    except OSError as error:
        yield _unreachable(address, f"{name} cannot be read: {error.strerror}. Check its permissions.")
        return
    with file:
        for record in read_jsonl(file, name):
            if not isinstance(record, ReadyArticle):
                yield Unreadable(address, record)
            elif (first := lines.setdefault(hash(record.id), record.line)) != record.line:
                yield Unreadable(
                    address,
                    PermanentError(
                        f"{name}, line {record.line}: the id {record.id!r} is line {first}'s already. "
                        "Give every article an id of its own."
                    ),
                )
            else:
                yield Item(f"{address}#{record.id}", f"{name}, line {record.line}", _given(record))


def _given(record: ReadyArticle) -> Callable[[str | None], ReadyArticle]:
    return lambda _version: record


def _file(address: str, size: int) -> Item:
    name = os.path.basename(address)  # noqa: PTH119

    def fetch(_version: str | None) -> Fetched:
        try:
            with open(address, "rb") as file:  # noqa: PTH123
                return Fetched(file.read(), name)
        except PermissionError:
            raise PermanentError(f"{name} may not be read: check its permissions.") from None
        except FileNotFoundError:
            raise PermanentError(f"{name} was taken away while it was to be read.") from None
        except OSError as error:
            raise TransientError(f"{name} cannot be read: {error.strerror}. Try again later.") from None

    return Item(address, name, fetch, size=size)


def _address(path: Path) -> str:
    return os.path.abspath(path)  # noqa: PTH100 - keeps links' names


def _unreachable(path: str | Path, why: str) -> Unreadable:
    return Unreadable(_shown(_address(Path(path))), SourceUnreachable(why))


def _refused(path: str | Path, why: str) -> Unreadable:
    return Unreadable(_shown(_address(Path(path))), PermanentError(why))


def _is_text(name: str) -> bool:
    """Whether the name can be written down: bytes that are no UTF-8 come as lone surrogates."""
    return name.isascii() or not any("\ud800" <= c <= "\udfff" for c in name)


def _shown(path: str | Path) -> str:
    return os.fsencode(path).decode("utf-8", "backslashreplace")
