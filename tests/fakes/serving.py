"""A real `footnote serve` in a process of its own, on a free port of the loopback interface."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

FOOTNOTE = Path(sys.executable).with_name("footnote")
CHROMA = Path(sys.executable).with_name("chroma")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def until(true: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False, timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def environment(**settings: str) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("FOOTNOTE_", "OTEL_"))}
    return {**clean, "FOOTNOTE_EMBEDDING__PROVIDER": "hashing", **settings}


@dataclass
class Serving:
    """The process, a client of it, and the file of what it logs."""

    process: subprocess.Popen[bytes]
    client: httpx.Client
    log: Path

    @property
    def url(self) -> str:
        return str(self.client.base_url).rstrip("/")

    def told(self, sign: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(sign)

    def logged(self) -> list[str]:
        return self.log.read_text("utf-8").splitlines()


@contextmanager
def serving(data: Path, *options: str, **settings: str) -> Iterator[Serving]:
    port = free_port()
    log = data.parent / f"serve-{port}.log"
    command = [FOOTNOTE, "serve", "--port", str(port), "--data", str(data), *options]
    with log.open("wb") as file:
        process = subprocess.Popen(command, env=environment(**settings), stdout=file, stderr=file, cwd=data.parent)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False) as client:
            until(lambda: process.poll() is not None or answers(f"http://127.0.0.1:{port}/healthz"))
            assert process.poll() is None, log.read_text("utf-8")
            yield Serving(process, client, log)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(60)


@contextmanager
def chroma(path: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    command = [CHROMA, "run", "--path", str(path), "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(lambda: answers(f"http://127.0.0.1:{port}/api/v2/heartbeat"))
        yield process
    finally:
        process.terminate()
        process.wait(30)
