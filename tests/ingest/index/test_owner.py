import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.errors import IndexUnavailable, TransientError
from ingest.index.owner import InUse, Owner, Running

HOLD = """
import sys, time
from pathlib import Path
from ingest.index.owner import Owner
with Owner(Path(sys.argv[1]), "footnote serve", "http://127.0.0.1:8000", "token"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_process_is_told_who_has_the_folder_and_a_killed_one_lets_go(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(InUse) as caught, Owner(tmp_path, "footnote ingest"):
            pass
        assert f"is in use by footnote serve at http://127.0.0.1:8000 (process {holder.pid})" in str(caught.value)
        assert caught.value.running == Running("http://127.0.0.1:8000", "token", holder.pid)
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    with Owner(tmp_path, "footnote ingest"):
        pass


def test_the_folder_is_free_again_afterwards(tmp_path: Path) -> None:
    for _ in range(2):
        with Owner(tmp_path / "data", "footnote ingest"):
            assert str(os.getpid()) in (tmp_path / "data" / "owner.lock").read_text()
    assert (tmp_path / "data" / "owner.lock").read_text() == "{}"


@pytest.mark.parametrize("note", ["", "[]", "not json", '{"pid": 1'])
def test_a_note_that_cannot_be_read_does_no_harm(tmp_path: Path, note: str) -> None:
    with Owner(tmp_path, "footnote serve"):
        (tmp_path / "owner.lock").write_text(note)
        with pytest.raises(InUse, match=r"in use by another Footnote process \(process unknown\)") as caught:
            Owner(tmp_path, "footnote ask").__enter__()
        assert caught.value.running is None


def test_a_command_that_has_the_folder_cannot_be_asked(tmp_path: Path) -> None:
    with Owner(tmp_path, "footnote ingest"):
        with pytest.raises(InUse, match="Wait until that is done, or stop it first") as caught:
            Owner(tmp_path, "footnote ask").__enter__()
        assert caught.value.running is None


def test_the_note_with_the_token_is_for_its_user_alone(tmp_path: Path) -> None:
    with Owner(tmp_path, "footnote serve", "http://127.0.0.1:8000", "token"):
        assert (tmp_path / "owner.lock").stat().st_mode & 0o077 == 0
        with Owner(tmp_path, "footnote ingest", file="writer.lock"):
            assert "token" in (tmp_path / "owner.lock").read_text()


def test_a_file_in_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for data in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(IndexUnavailable, match=r"there is a file in its place"):
            Owner(data, "footnote ingest").__enter__()


def test_a_folder_in_place_of_the_lock_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "owner.lock").mkdir()
    with pytest.raises(TransientError, match="cannot be written"):
        Owner(tmp_path, "footnote ingest").__enter__()
