"""Lock files of processes that ended without leaving."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from ingest.doctor import Kind, stale_locks
from ingest.index.owner import Owner
from tests.fakes.patient import Patient


def test_a_lock_of_a_process_that_was_killed_is_reported_and_cleaned(patient: Patient) -> None:
    script = (
        "import os, sys; from pathlib import Path; from ingest.index.owner import Owner\n"
        "Owner(Path(sys.argv[1]), 'footnote ingest').__enter__(); os.kill(os.getpid(), 9)"
    )
    ended = subprocess.run([sys.executable, "-c", script, str(patient.data)], check=False)
    assert ended.returncode == -9
    lock = patient.data / "owner.lock"
    named = json.loads(lock.read_text())["pid"]
    (found,) = patient.examine()
    assert found.kind == Kind.LOCK_STALE
    assert f"process {named}" in found.sentence
    assert [m.kind for m in patient.mend()] == [Kind.LOCK_STALE]
    assert lock.read_text() == "{}"


def test_a_lock_that_is_held_is_not_stale(tmp_path: Path) -> None:
    with Owner(tmp_path, "footnote doctor"):
        assert stale_locks(tmp_path) == []
        assert json.loads((tmp_path / "owner.lock").read_text())["doing"] == "footnote doctor"
    assert stale_locks(tmp_path) == []


def test_a_lock_file_that_says_nothing_sensible_is_stale(tmp_path: Path) -> None:
    (tmp_path / "writer.lock").write_text("half a note")
    assert [f.kind for f in stale_locks(tmp_path)] == [Kind.LOCK_STALE]
