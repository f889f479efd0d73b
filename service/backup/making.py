"""Makes a backup, while others ingest and ask."""

from __future__ import annotations

import io
import tarfile
import tempfile
import time
from pathlib import Path

from ingest.index import Catalogue
from ingest.index.catalogue import now
from ingest.index.copying import copy_catalogue
from service.backup.archive import CATALOGUE, MANIFEST, Manifest, sha256_of
from service.errors import FootnoteError
from service.version import version

# Vectors do not get smaller, and text gets most of what it can.
_COMPRESSION = 2


def back_up(data: Path, archive: Path) -> Manifest:
    """Write what a data folder holds to one file, readable by its user alone; it is there whole or not at all.

    The vectors in Chroma are left out: they are a copy of what the catalogue's cache of embeddings has.

    Raises:
        FootnoteError: there is nothing to back up, or it cannot be written.
    """
    Catalogue(data).close()  # says so where there is none, or another Footnote's
    if not archive.absolute().parent.is_dir():
        raise FootnoteError(f"There is no folder {archive.absolute().parent} to write the backup to: make it first.")
    try:
        with tempfile.TemporaryDirectory(prefix=".footnote-backup-", dir=archive.absolute().parent) as folder:
            copy = Path(folder) / CATALOGUE
            rows = copy_catalogue(data, copy)
            manifest = Manifest(
                footnote=version(), made_at=now(), bytes=copy.stat().st_size, sha256=sha256_of(copy), rows=rows
            )
            packed = Path(folder) / "backup.tar.gz"
            packed.touch(0o600)
            with tarfile.open(packed, "w:gz", compresslevel=_COMPRESSION) as tar:
                _add(tar, MANIFEST, manifest.model_dump_json(indent=2).encode())
                tar.add(copy, CATALOGUE, filter=_nobodys)
            packed.replace(archive)
    except OSError as error:
        raise FootnoteError(f"The backup {archive} cannot be written: {error.strerror}. No file was made.") from None
    return manifest


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = len(content), 0o600, int(time.time())
    tar.addfile(member, io.BytesIO(content))


def _nobodys(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member
