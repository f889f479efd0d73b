"""What a backup looks like: a gzipped tar of a manifest and the catalogue, in this order."""

from __future__ import annotations

import hashlib
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from service.errors import FootnoteError

MANIFEST, CATALOGUE = "manifest.json", "catalogue.db"
_AT_ONCE = 1 << 20
_LONGEST_MANIFEST = 100_000


class Manifest(BaseModel):
    """What a backup holds; `bytes` and `sha256` are the catalogue's."""

    model_config = ConfigDict(frozen=True)

    format: Literal[1] = 1
    footnote: str
    made_at: str
    bytes: int
    sha256: str
    rows: Mapping[str, int]


class BackupDamaged(FootnoteError):
    """A file is no backup, or not a whole one. Nothing was changed."""


def sha256_of(file: Path) -> str:
    """The checksum of a file."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def unpack(archive: Path, catalogue: Path) -> Manifest:
    """Write the catalogue of a backup to a file, and hold it to the manifest.

    Raises:
        BackupDamaged: it is not what was backed up.
    """
    with _opened(archive) as tar:
        first = tar.next()
        if first is None or first.name != MANIFEST or not first.isreg() or first.size > _LONGEST_MANIFEST:
            raise BackupDamaged(f"{archive} is not a backup of Footnote: name a file that `footnote backup` has made.")
        manifest = _read(archive, _content(tar, first).read())
        second = tar.next()
        if second is None or second.name != CATALOGUE or not second.isreg() or second.size != manifest.bytes:
            raise _damaged(archive)
        found = hashlib.sha256()
        with catalogue.open("wb") as written:
            content = _content(tar, second)
            while part := content.read(_AT_ONCE):
                found.update(part)
                written.write(part)
        if found.hexdigest() != manifest.sha256 or tar.next() is not None:
            raise _damaged(archive)
        while tar.fileobj is not None and tar.fileobj.read(_AT_ONCE):
            pass  # to the checksum at its very end
    return manifest


def _read(archive: Path, manifest: bytes) -> Manifest:
    try:
        return Manifest.model_validate_json(manifest)
    except ValidationError:
        raise BackupDamaged(
            f"{archive} cannot be read: a newer Footnote made it, or it is damaged. Upgrade Footnote, or name another "
            "backup. Nothing was changed."
        ) from None


@contextmanager
def _opened(archive: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(archive, "r:gz") as tar:
            yield tar
    except FileNotFoundError:
        raise BackupDamaged(f"There is no file {archive}.") from None
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        # gzip's own complaint about a wrong checksum is an OSError without a number.
        if isinstance(error, OSError) and error.errno is not None:
            raise FootnoteError(f"{archive} could not be unpacked: {error.strerror}. Nothing was changed.") from None
        raise _damaged(archive) from None


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    content = tar.extractfile(member)
    assert content is not None  # noqa: S101 - for the type checker: it is a regular file
    return content


def _damaged(archive: Path) -> BackupDamaged:
    return BackupDamaged(
        f"{archive} is damaged or was cut short: it is not what was backed up. Name another backup. "
        "Nothing was changed."
    )
