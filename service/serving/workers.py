"""Several serving processes behind one address: started, replaced when they die, and stopped together."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from service.errors import FootnoteError
from service.settings import Settings
from service.telemetry.metrics import SHARED, forget_process

_log = logging.getLogger(__name__)
_EVERY = 0.1
# Exit codes of one that could not start and has said why: starting it again at once would only turn in circles.
_NOT_STARTED = (1, 3)
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
# So many in a row, before any has lived so many seconds, and it is given up.
_HOPELESS, _UP_AFTER = 3, 15.0
# Seconds that a worker has beyond those of its answers.
_GRACE = 10.0
_TWICE = 128


class Workers:
    """Watches over its processes; each accepts connections from the same socket."""

    def __init__(self, settings: Settings, listening: socket.socket) -> None:
        """Raises FootnoteError: Chroma is inside the data folder, which one process alone may use."""
        if settings.chroma_url is None:
            raise FootnoteError(
                "Several workers need a Chroma server, because only one process may use Chroma inside the data "
                "folder: run `chroma run`, set FOOTNOTE_CHROMA_URL to its address, or leave --workers out."
            )
        self._settings, self._listening = settings, listening
        self._running: dict[subprocess.Popen[bytes], float] = {}
        self._pause, self._next = _FIRST_PAUSE, 0.0
        self._told: int | None = None
        self._not_started, self._been_up = 0, False

    def run(self) -> int:
        """Serve until told to stop; 0 where all of them ended well."""
        with tempfile.TemporaryDirectory(prefix="footnote-metrics-") as folder, self._listened_to():
            environment = {**os.environ, **_named(self._settings), SHARED: folder}
            while self._told is None:
                self._reap(folder)
                if not self._been_up and self._not_started >= _HOPELESS:
                    self._stopped(signal.SIGTERM)
                    return 1
                while len(self._running) < self._settings.workers and time.monotonic() >= self._next:
                    self._start(environment)
                time.sleep(_EVERY)
            self._listening.close()
            return self._stopped(self._told)

    def _start(self, environment: dict[str, str]) -> None:
        number = self._listening.fileno()
        process = subprocess.Popen(  # noqa: S603 - this program itself
            [sys.executable, "-m", "service.serving.worker", str(number)],
            env=environment,
            pass_fds=[number],
            start_new_session=True,  # Ctrl-C is told to this process alone, which tells them once
        )
        self._running[process] = time.monotonic()

    def _reap(self, folder: str) -> None:
        now = time.monotonic()
        self._been_up |= any(now - began > _UP_AFTER for began in self._running.values())
        for process in [one for one in self._running if one.poll() is not None]:
            lived = now - self._running.pop(process)
            forget_process(process.pid, folder)
            if process.returncode in _NOT_STARTED:
                self._not_started += 1
                self._next = now + self._pause
                self._pause = min(self._pause * 2, _LONGEST_PAUSE)
            else:
                self._not_started, self._pause = 0, _FIRST_PAUSE
            said = "worker %s ended with %s after %.0f s; another takes its place"
            _log.error(said, process.pid, process.returncode, lived)

    def _stopped(self, told: int) -> int:
        ends = time.monotonic() + self._settings.drain + self._settings.shutdown + _GRACE
        for process in self._running:
            process.send_signal(told)
        while (
            any(one.poll() is None for one in self._running) and time.monotonic() < ends and self._told in (None, told)
        ):
            time.sleep(_EVERY)
        for process in self._running:
            if process.poll() is None:
                process.kill()
                process.wait()
        if self._told not in (None, told):
            return int(self._told or 0)
        return max((abs(one.returncode) for one in self._running), default=0)

    @contextmanager
    def _listened_to(self) -> Iterator[None]:
        def tell(sign: int, _frame: FrameType | None) -> None:
            self._told = sign if self._told is None else _TWICE + sign

        before = {sign: signal.signal(sign, tell) for sign in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for sign, handler in before.items():
                signal.signal(sign, handler)


def _named(settings: Settings) -> dict[str, str]:
    """What the command was given, for processes that read the environment alone."""
    return {
        "FOOTNOTE_DATA": str(settings.data.absolute()),
        "FOOTNOTE_HOST": settings.host,
        "FOOTNOTE_PORT": str(settings.port),
        "FOOTNOTE_WORKERS": "1",
    }
