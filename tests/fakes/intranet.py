"""The server of `examples/intranet`, in a process of its own, as its README has it run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.fakes.serving import answers, until

SERVER = Path(__file__).resolve().parents[2] / "examples/intranet/serve.py"


@contextmanager
def intranet(service: str, port: int, key: str) -> Iterator[str]:
    """Serve until the end of the block; gives the address."""
    command = [sys.executable, SERVER, "--service", service, "--port", str(port)]
    process = subprocess.Popen(command, env={**os.environ, "INTRANET_API_KEY": key}, stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        until(lambda: process.poll() is not None or answers(f"{url}/intranet.css"))
        assert process.poll() is None, "the intranet did not start"
        yield url
    finally:
        process.terminate()
        process.wait(10)
