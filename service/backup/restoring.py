"""Puts a backup in a data folder's place: checked first, then changed in one step."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path

from ingest.errors import IndexUnavailable
from ingest.index import Catalogue, VectorIndex
from ingest.index.copying import FILE, count_rows, replace_catalogue
from ingest.index.owner import Owner, make_folder
from ingest.settings import IngestSettings
from service.backup.archive import BackupDamaged, Manifest, unpack
from service.errors import FootnoteError

BEFORE = "catalogue.before-restore.db"
_STAGED = ".restoring-"
_LOCKS = frozenset({"owner.lock", "writer.lock", "serving.lock"})


def restore(settings: IngestSettings, archive: Path, replace: bool = False) -> Manifest:
    """Let a data folder be what was backed up; nothing is embedded again.

    Vectors are written to Chroma again from the catalogue's cache. Where that is interrupted, or Chroma does not
    answer, the folder serves all the same, and they are brought by whatever uses it next.

    Raises:
        FootnoteError: the file is not a whole backup, the folder is in use or has something in it (and not
            `replace`), or there is no room. Nothing was changed.
    """
    data = settings.data
    if not replace and data.is_dir() and any(one.name not in _LOCKS for one in data.iterdir()):
        raise FootnoteError(
            f"The data folder {data} is not empty. Restore into an empty one, or add --replace: what it holds is "
            "replaced, and its catalogue kept beside the new one."
        )
    make_folder(data)
    with ExitStack() as held:
        for lock in ("owner.lock", "writer.lock", "serving.lock"):
            held.enter_context(Owner(data, "footnote restore", file=lock))
        for left in data.glob(f"{_STAGED}*"):  # of a restore that was killed
            shutil.rmtree(left, ignore_errors=True)
        try:
            with tempfile.TemporaryDirectory(prefix=_STAGED, dir=data) as folder:
                fresh = Path(folder) / FILE
                manifest = unpack(archive, fresh)
                _hold(fresh, manifest, archive)
                replace_catalogue(data, fresh, data / BEFORE)
        except OSError as error:
            raise FootnoteError(
                f"The backup could not be restored into {data}: {error.strerror}. What it held is unharmed."
            ) from None
        if settings.chroma_url is None:
            VectorIndex(settings, "").close()  # this process may have it open
            with suppress(OSError):
                shutil.rmtree(data / "chroma")
    return manifest


def _hold(fresh: Path, manifest: Manifest, archive: Path) -> None:
    """Open it as a catalogue, of this Footnote's schema from now on, before anything depends on it."""
    if count_rows(fresh) != manifest.rows:
        raise BackupDamaged(f"{archive} does not hold what its manifest says. Name another backup.")
    try:
        catalogue = Catalogue(fresh.parent)
    except IndexUnavailable as error:
        said = str(error).replace(f"data folder {fresh.parent}", f"backup {archive}")
        raise BackupDamaged(said.replace(str(fresh.parent), str(archive))) from None
    try:
        if catalogue.integrity():
            raise BackupDamaged(f"The catalogue in {archive} is damaged itself. Name another backup.")
        catalogue.leave_vectors()
    finally:
        catalogue.close()
