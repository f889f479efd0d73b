"""The catalogue's file as a whole: copied while others write to it, and put in another one's place."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path

from ingest.index.database import translated

FILE = "catalogue.db"
_COUNTED = ("articles", "versions", "chunks", "embeddings", "answers", "feedback", "api_keys")


def copy_catalogue(data: Path, target: Path) -> Mapping[str, int]:
    """Copy the catalogue of a data folder as it is at this moment, into one file; rows of its largest tables.

    Nobody who reads or writes it waits. Raises as `Catalogue` does.
    """
    with (
        translated(data),
        closing(sqlite3.connect(f"{(data / FILE).absolute().as_uri()}?mode=ro", uri=True, timeout=30)) as source,
        closing(sqlite3.connect(target)) as copy,
    ):
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # no second file that would have to be kept with it
        return _counts(copy)


def count_rows(file: Path) -> Mapping[str, int]:
    """Rows of the largest tables of a catalogue, wherever it lies."""
    with translated(file.parent), closing(sqlite3.connect(file)) as catalogue:
        return _counts(catalogue)


def replace_catalogue(data: Path, fresh: Path, aside: Path) -> None:
    """Let `fresh` be the catalogue of a data folder that nobody has open, in one step; the old one lies at `aside`.

    Killed at any moment, the folder has the old one or the new one, whole.
    """
    old = data / FILE
    _settle(fresh)
    _flush(fresh)
    if old.exists():
        if not _settle(old):  # damaged: its journal would be played into the new one
            for left in ("-wal", "-shm"):
                with suppress(FileNotFoundError):
                    old.with_name(old.name + left).replace(aside.with_name(aside.name + left))
        with suppress(FileNotFoundError):
            aside.unlink()
        os.link(old, aside)
    fresh.replace(old)
    _flush(data)


def _counts(catalogue: sqlite3.Connection) -> dict[str, int]:
    there = {row[0] for row in catalogue.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return {
        name: catalogue.execute(f"SELECT count(*) FROM {name}").fetchone()[0]  # noqa: S608 - a name of ours
        for name in _COUNTED
        if name in there
    }


def _settle(file: Path) -> bool:
    """Bring what its journal holds into the file itself; whether that could be done."""
    try:
        with closing(sqlite3.connect(file, timeout=5)) as catalogue:
            catalogue.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            mode = catalogue.execute("PRAGMA journal_mode=DELETE").fetchone()[0]
    except sqlite3.DatabaseError:
        return False
    return bool(mode == "delete")


def _flush(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
