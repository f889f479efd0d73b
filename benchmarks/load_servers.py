"""What a load needs beside the service: a chat model, and a Chroma server that can be killed and started again."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from benchmarks.running import free_port

Pids = tuple[int, ...]


class ChromaServer:
    """`chroma run` over a folder, always at the same address."""

    def __init__(self, folder: Path) -> None:
        self._port = free_port()
        command = [str(Path(sys.executable).parent / "chroma"), "run", "--path", str(folder / "chroma")]
        self._command = [*command, "--port", str(self._port)]
        self.url = f"http://127.0.0.1:{self._port}"
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _wait(f"{self.url}/api/v2/heartbeat")

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()
        self._process.wait()


@contextmanager
def model_of(first: float, pause: float) -> Iterator[str]:
    """The address of a chat model that takes `first` seconds to its first sentence; `benchmarks.load_model`."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.load_model", "--port", str(port), "--first", str(first)]
    process = subprocess.Popen([*command, "--pause", str(pause)])
    try:
        _wait(f"http://127.0.0.1:{port}/")
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.kill()  # it would wait for those it has not answered
        process.wait()


def processes_of(data: Path) -> Pids:
    """The service of this folder, and its workers."""
    parents, found = {}, []
    for one in Path("/proc").glob("[0-9]*"):
        try:
            command = (one / "cmdline").read_bytes().split(b"\0")
            parents[int(one.name)] = int((one / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue  # it ended meanwhile
        if b"serve" in command and str(data).encode() in command:
            found.append(int(one.name))
    return (*found, *(pid for pid, parent in parents.items() if parent in found))


def _wait(address: str) -> None:
    for _ in range(200):
        try:
            httpx.post(address, json={"messages": [{"content": ""}]}, timeout=30, trust_env=False)
            return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise SystemExit(f"Nothing listens at {address}.")
