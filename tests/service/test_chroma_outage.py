"""A Chroma server that is killed, hangs and comes back: questions are answered all the same, and it is said how."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from service import readiness
from tests.fakes.library import ARTICLES
from tests.fakes.serving import FOOTNOTE, Serving, chroma, environment, free_port, serving, until

NOTE = "the vectors could not be searched: keywords alone were"


def asked(service: Serving) -> dict[str, Any]:
    answer = service.client.post("/v1/ask", json={"question": "Why is live streaming invisible this 618?"})
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    assert "traffic has peaked" in made["text"]
    return made


def without_vectors(service: Serving) -> None:
    made = asked(service)
    assert NOTE in made["receipt"]["notes"]
    assert all(one["dense"] is None for one in made["receipt"]["retrieved"])
    report = service.client.get("/readyz")
    assert (report.status_code, readiness.CHROMA in report.json()["warnings"]) == (200, True)


def with_vectors(service: Serving) -> bool:
    return any(one["dense"] is not None for one in asked(service)["receipt"]["retrieved"])


@pytest.mark.slow
def test_killed_hanging_and_back_again(tmp_path: Path) -> None:
    file, port = tmp_path / "articles.jsonl", free_port()
    file.write_text("".join(json.dumps(one) + "\n" for one in ARTICLES))
    settings = {
        "FOOTNOTE_CHROMA_URL": f"http://127.0.0.1:{port}",
        "FOOTNOTE_CHROMA_TIMEOUT": "0.5",
        "FOOTNOTE_CACHE__ENABLED": "false",
    }
    with chroma(tmp_path / "chroma", port) as server:
        command = [FOOTNOTE, "ingest", file, "--data", tmp_path / "data"]
        assert subprocess.run(command, env=environment(**settings), capture_output=True, timeout=60).returncode == 0
        with serving(tmp_path / "data", **settings) as service:
            until(lambda: service.client.get("/readyz").status_code == 200)
            assert with_vectors(service)
            server.kill()
            server.wait()
            for _ in range(6):
                without_vectors(service)
            with chroma(tmp_path / "chroma", port) as again:
                until(lambda: with_vectors(service), 15)
                assert service.client.get("/readyz").json() == {"status": "ready", "missing": [], "warnings": []}
                again.send_signal(signal.SIGSTOP)
                began = time.monotonic()
                for _ in range(6):
                    without_vectors(service)
                assert time.monotonic() - began < 10
                again.send_signal(signal.SIGCONT)
                until(lambda: with_vectors(service), 15)
            shown = service.client.get("/metrics").text
            counted = next(
                line for line in shown.splitlines() if line.startswith("footnote_answers_without_vectors_total ")
            )
            assert float(counted.split()[1]) >= 12
