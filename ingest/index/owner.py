"""One process owns an embedded data folder: Chroma gives wrong answers to a second one without saying so."""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from ingest.errors import IndexUnavailable, TransientError


def make_folder(data: Path) -> None:
    """Make the data folder, where it is not there yet.

    Raises:
        IndexUnavailable: a file has its place.
        TransientError: it cannot be made.
    """
    try:
        data.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise IndexUnavailable(
            f"The data folder {data} cannot be made: there is a file in its place. Name another folder with --data."
        ) from None
    except OSError as error:
        raise TransientError(
            f"The data folder {data} cannot be made: {error.strerror}. Check its parent's owner and permissions."
        ) from None


@dataclass(frozen=True, slots=True)
class Running:
    """Where the owning service listens, and the token that proves that the caller may read its data folder."""

    address: str
    token: str
    pid: int | None = None


class InUse(IndexUnavailable):
    """Another process has the folder; `running` where that is a service, which can be asked instead."""

    def __init__(self, message: str, running: Running | None) -> None:
        super().__init__(message)
        self.running = running


class Owner:
    """Holds a lock file in the data folder while inside; the lock goes with the process, however that ends.

    A service names the address that it listens on, and a token: who can read the file may speak for its user.
    """

    def __init__(
        self,
        data: Path,
        doing: str,
        address: str | None = None,
        token: str | None = None,
        file: str = "owner.lock",
    ) -> None:
        self._path, self._doing, self._address, self._token = data / file, doing, address, token
        self._file: int | None = None

    def __enter__(self) -> Self:
        """Take the lock.

        Raises:
            IndexUnavailable: another process has it; the message says which and where.
            TransientError: the folder cannot be written.
        """
        make_folder(self._path.parent)
        try:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise TransientError(
                f"The data folder {self._path.parent} cannot be written: {error.strerror}. "
                "Check its owner and permissions."
            ) from None
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            held = os.read(self._file, 4096)
            os.close(self._file)
            self._file = None
            if not isinstance(error, BlockingIOError):
                raise TransientError(
                    f"The data folder {self._path.parent} cannot be locked: {error.strerror}. "
                    "Keep it on a disk of this machine."
                ) from None
            raise self._taken(held) from None
        self._write({"pid": os.getpid(), "doing": self._doing, "address": self._address, "token": self._token})
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._write({})
            os.close(self._file)
            self._file = None

    def _write(self, owner: dict[str, object]) -> None:
        """A note for whoever finds the folder taken; the lock holds without it, on a full disk too."""
        if self._file is not None:
            with suppress(OSError):
                os.ftruncate(self._file, 0)
                os.pwrite(self._file, json.dumps(owner).encode(), 0)

    def _taken(self, held: bytes) -> InUse:
        try:
            found = json.loads(held)
        except ValueError:
            found = None
        owner = found if isinstance(found, dict) else {}
        doing, pid = owner.get("doing", "another Footnote process"), owner.get("pid")
        address = f" at {owner['address']}" if owner.get("address") else ""
        running = None
        if owner.get("address") and owner.get("token"):
            running = Running(str(owner["address"]), str(owner["token"]), pid)
        return InUse(
            f"The data folder {self._path.parent} is in use by {doing}{address} (process {pid or 'unknown'}). "
            "Wait until that is done, or stop it first.",
            running,
        )


class Sharing:
    """Holds a data folder together with others, beside a Chroma server; whoever wants it alone has to wait."""

    def __init__(self, data: Path, file: str = "serving.lock") -> None:
        self._path = data / file
        self._file: int | None = None

    def __enter__(self) -> Self:
        """Take a share of it.

        Raises:
            InUse: somebody has it alone.
            TransientError: the folder cannot be written.
        """
        make_folder(self._path.parent)
        try:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            self.__exit__()
            raise InUse(
                f"The data folder {self._path.parent} is being restored. Wait until that is done.", None
            ) from None
        except OSError as error:
            self.__exit__()
            raise TransientError(
                f"The data folder {self._path.parent} cannot be written or locked: {error.strerror}. "
                "Check its owner and permissions."
            ) from None
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None
