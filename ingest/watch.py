"""Keeps an index in step: folders are read again when something in them changes, other sources when they are due."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ingest.errors import FootnoteError, TransientError
from ingest.index import Catalogue
from ingest.sources.listed import ON_DISK, ListedSource, due

_LONGEST_PAUSE = 3600.0
_LONGEST_GROUP = 10.0  # seconds that changes are gathered where there is never quiet
_SCHEDULE = 15.0


def watch(
    listed: Sequence[ListedSource],
    run: Callable[[list[ListedSource]], Mapping[str, Any]],
    stop: threading.Event,
    catalogue: Catalogue,
    tell: Callable[[str], None],
    *,
    quiet: float = 0.5,
    look: float = 1.0,
    pause: float = 60.0,
) -> None:
    """Until `stop`: everything once, then what changes and what is due. What fails is told, and tried again.

    `run` takes sources in and gives the report as `Report.as_json` does; it tells what went well, not what failed.
    `quiet`: seconds without a change before a folder is read. `look`: seconds between two looks for folders that
    went or came back. `pause`: seconds before what failed is tried again, doubled each time up to an hour.

    Raises:
        TransientError: the system watches no more folders.
    """
    keeper = _Keeper(listed, run, catalogue, tell, pause)
    for changed in changes([one.address for one in listed if one.kind in ON_DISK], stop, catalogue.data, quiet, look):
        keeper.step(changed)


def changes(
    roots: Sequence[str], stop: threading.Event, ignore: Path, quiet: float = 0.5, look: float = 1.0
) -> Iterator[set[str]]:
    """Which files and folders may have changed since the last time; every `look` seconds, so that is often none.

    One that is not there is waited for. Changes below `ignore` (the index itself) and in hidden files are none.

    Raises:
        TransientError: the system watches no more folders.
    """
    import watchfiles

    ignored, there = os.path.realpath(ignore), dict[str, tuple[int, int]]()
    while not stop.is_set():
        before, there = there, _there(roots)
        # Whatever changed between two watchers was seen by neither.
        unseen = before.keys() | there.keys()
        if not there:
            yield set(unseen)
            stop.wait(look)
            continue
        try:
            for seen in watchfiles.watch(
                *there,
                watch_filter=None,
                debounce=round(_LONGEST_GROUP * 1000),
                step=max(1, round(quiet * 1000)),
                rust_timeout=max(1, round(look * 1000)),
                yield_on_timeout=True,
                stop_event=stop,
                ignore_permission_denied=True,  # the source says so in its own words
            ):
                yield _touched((path for _, path in seen), there, ignored) | unseen
                unseen = set()
                if _there(roots) != there or (watchfiles.Change.deleted in {c for c, path in seen if path in there}):
                    break
        except FileNotFoundError:
            continue  # it went between the look and the watch
        except (OSError, RuntimeError):
            raise TransientError(
                "The system does not watch so many folders: raise fs.inotify.max_user_watches, or set "
                "WATCHFILES_FORCE_POLLING=true to look at every file instead."
            ) from None


class _Keeper:
    """What is to be read, and what is to be read again because it failed."""

    def __init__(
        self,
        listed: Sequence[ListedSource],
        run: Callable[[list[ListedSource]], Mapping[str, Any]],
        catalogue: Catalogue,
        tell: Callable[[str], None],
        pause: float,
    ) -> None:
        self._listed = {one.key: one for one in listed}
        self._run, self._catalogue, self._tell, self._pause = run, catalogue, tell, pause
        self._pending = {one.key for one in listed if one.kind in ON_DISK}
        self._failed: set[str] = set()
        self._again_at: float | None = None
        self._tries = 0
        self._told: list[str] = []
        self._schedule_at = 0.0

    def step(self, changed: set[str]) -> None:
        """Read what changed, is due, or is to be tried again."""
        self._pending |= changed
        at = time.monotonic()
        if at >= self._schedule_at:
            self._schedule_at = at + min(_SCHEDULE, self._pause)
            self._pending |= self._due()
        if self._pending or (self._again_at is not None and at >= self._again_at):
            self._take(self._pending | self._failed)

    def _due(self) -> set[str]:
        try:
            now = datetime.now(UTC)
            looked_at = (one for one in self._listed.values() if one.every is not None or one.kind not in ON_DISK)
            return {one.key for one in looked_at if due(one, self._catalogue, now)}
        except FootnoteError as error:
            self._say([str(error)])
            return set()

    def _take(self, keys: set[str]) -> None:
        taken = [one for key, one in self._listed.items() if key in keys]
        self._pending, self._failed, self._again_at = set(), set(), None
        try:
            report = self._run(taken)
        except FootnoteError as error:
            self._say([str(error)])
            self._later({one.key for one in taken})
            return
        self._say([failure["error"] for failure in report["failed"]])
        # A web server is asked again when it is due, and a folder that is not there is read once it is back.
        again = {one.key for one in taken if one.kind in ON_DISK and Path(one.address).exists()}
        if report["waiting"] or (report["failed"] and again):
            self._later(again)
        else:
            self._tries = 0

    def _later(self, keys: set[str]) -> None:
        self._failed = keys
        self._again_at = time.monotonic() + min(_LONGEST_PAUSE, self._pause * 2**self._tries)
        self._tries = min(self._tries + 1, 20)

    def _say(self, sentences: list[str]) -> None:
        for sentence in sentences:
            if sentence not in self._told:
                self._tell(sentence)
        self._told = sentences


def _there(roots: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Those that exist, with what tells them from others of the same name."""
    found = {}
    for root in roots:
        try:
            status = os.stat(root)  # noqa: PTH116
        except OSError:
            continue
        found[root] = (status.st_dev, status.st_ino)
    return found


def _touched(paths: Iterable[str], roots: Iterable[str], ignored: str) -> set[str]:
    """The roots that one of the paths lies in."""
    touched: set[str] = set()
    for path in paths:
        real = os.path.realpath(path)
        if real == ignored or real.startswith(ignored + os.sep):
            continue
        for root in roots:
            inside = path[len(root) :]
            if path.startswith(root) and (not inside or (inside[0] == os.sep and os.sep + "." not in inside)):
                touched.add(root)
    return touched
