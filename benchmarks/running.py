"""The installed command, run with settings of its own, and three ways to ask it: as a command, for JSON, for events."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sysconfig
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

_PATIENCE = 600.0  # seconds for one answer; a chat model on a small machine is slow
_STARTING = 120.0


def free_port() -> int:
    """A port of the loopback interface that nothing listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@dataclass(slots=True)
class Told:
    """What came back: `answer`, or `failure`, which says why there is none.

    Of events, `streamed` is the provisional text, and `first` the seconds until there was any text.
    """

    answer: dict[str, Any] = field(default_factory=dict)
    failure: str = ""
    first: float | None = None
    streamed: str = ""


@dataclass(frozen=True, slots=True)
class Footnote:
    """The installed command with settings of its own, run in `folder`."""

    folder: Path
    data: Path
    settings: Mapping[str, str]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one command to its end."""
        return subprocess.run(
            self._command(*arguments),
            cwd=self.folder,
            env=self._environment(),
            capture_output=True,
            encoding="utf-8",
            timeout=_PATIENCE,
        )

    @contextmanager
    def serving(self) -> Iterator[httpx.Client]:
        """A client of `footnote serve` on a free port of the loopback interface.

        Raises:
            SystemExit: the service did not start.
        """
        port = free_port()
        said = self.folder / "serve.log"
        with said.open("wb") as log:
            command = self._command("serve", "--host", "127.0.0.1", "--port", str(port))
            process = subprocess.Popen(command, cwd=self.folder, env=self._environment(), stdout=log, stderr=log)
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=_PATIENCE, trust_env=False) as client:
                until = time.monotonic() + _STARTING
                while not _ready(client):
                    if process.poll() is not None or time.monotonic() > until:
                        raise SystemExit(f"`footnote serve` did not start: {said.read_text('utf-8').strip()}")
                    time.sleep(0.1)
                yield client
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _command(self, *arguments: str) -> list[str]:
        return [str(Path(sysconfig.get_path("scripts")) / "footnote"), *arguments, "--data", str(self.data)]

    def _environment(self) -> dict[str, str]:
        """Without what the caller's environment sets by accident, a key for generated answers among it."""
        kept = {k: v for k, v in os.environ.items() if not k.upper().startswith(("FOOTNOTE_", "OPENAI_"))}
        return {**kept, "PYTHONUTF8": "1", **self.settings}


def asked_by_cli(footnote: Footnote, question: str) -> Told:
    """Ask with a process of its own."""
    run = footnote.run("ask", question, "--json")
    return Told(failure=run.stderr.strip() or "no word") if run.returncode else Told(json.loads(run.stdout))


def asked_over_http(client: httpx.Client, question: str) -> Told:
    """Ask for the whole answer."""
    response = client.post("/v1/ask", json={"question": question})
    return Told(response.json()) if response.is_success else Told(failure=response.text)


def asked_for_events(client: httpx.Client, question: str) -> Told:
    """Ask for events, and read them to the end."""
    told = Told(failure="The events ended without an answer.")
    began = time.perf_counter()
    with client.stream("POST", "/v1/ask", json={"question": question, "stream": True}) as response:
        if not response.is_success:
            return Told(failure=response.read().decode())
        event = ""
        for line in response.iter_lines():
            name, _, value = line.partition(": ")
            if name == "event":
                event = value
            elif name == "data":
                data = json.loads(value)
                if event in ("delta", "sentence") and told.first is None:
                    told.first = round(time.perf_counter() - began, 3)
                if event == "delta":
                    told.streamed += data["text"]
                elif event == "completed":
                    told.answer, told.failure = data, ""
                elif event == "failed":
                    told.failure = data["detail"]
    return told


def _ready(client: httpx.Client) -> bool:
    try:
        return client.get("/readyz").is_success
    except httpx.TransportError:
        return False
