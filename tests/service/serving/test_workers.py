"""Several processes behind one address, beside a real Chroma server."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.fakes import openai_server
from tests.fakes.library import ARTICLES
from tests.fakes.openai_server import Says
from tests.fakes.serving import FOOTNOTE, Serving, chroma, environment, free_port, serving, until

ASKED = "Why is live streaming invisible this 618?"
pytestmark = pytest.mark.slow


@pytest.fixture
def chroma_url(tmp_path: Path) -> Iterator[str]:
    port = free_port()
    with chroma(tmp_path / "chroma", port):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def settings(tmp_path: Path, chroma_url: str) -> dict[str, str]:
    """Of a service whose articles are there."""
    file = tmp_path / "articles.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in ARTICLES))
    made = {"FOOTNOTE_CHROMA_URL": chroma_url, "FOOTNOTE_LIMITS__PER_MINUTE": "0"}
    done = run(tmp_path, made, "ingest", str(file))
    assert done.returncode == 0, done.stderr
    return made


def run(folder: Path, settings: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [FOOTNOTE, *arguments, "--data", folder / "data"]
    return subprocess.run(command, env=environment(**settings), capture_output=True, text=True, timeout=90)


def ask(service: Serving) -> httpx.Response:
    """On a connection of its own, so that any of them may get it."""
    return httpx.post(f"{service.url}/v1/ask", json={"question": ASKED}, trust_env=False, timeout=30)


def children(service: Serving) -> set[int]:
    found = Path(f"/proc/{service.process.pid}/task/{service.process.pid}/children").read_text()
    return {int(pid) for pid in found.split()}


def total(service: Serving, name: str) -> float:
    shown = httpx.get(f"{service.url}/metrics", trust_env=False).text
    return sum(float(value) for value in re.findall(rf"^{name}(?:{{[^}}]*}})? (\S+)$", shown, re.MULTILINE))


def test_without_a_chroma_server_they_are_refused(tmp_path: Path) -> None:
    done = run(tmp_path, {}, "serve", "--workers", "2", "--port", "0")
    assert done.returncode == 1
    assert "Several workers need a Chroma server" in done.stderr


def test_that_none_can_start_is_said_and_ends_it(tmp_path: Path, settings: dict[str, str]) -> None:
    (tmp_path / "data" / "catalogue.db").write_bytes(b"no catalogue" * 500)
    done = run(tmp_path, settings, "serve", "--workers", "2", "--port", "0")
    assert done.returncode == 1
    assert "is damaged" in done.stderr
    assert "Traceback" not in done.stderr


def test_all_of_them_answer_and_count_together(tmp_path: Path, settings: dict[str, str]) -> None:
    settings = {**settings, "FOOTNOTE_TELEMETRY__LOGS": "json", "FOOTNOTE_CACHE__ENABLED": "false"}
    with serving(tmp_path / "data", "--workers", "3", **settings) as service:
        until(lambda: len(children(service)) == 3)
        with_vectors = 0
        for _ in range(40):
            answer = ask(service)
            assert answer.status_code == 200, answer.text
            assert "traffic has peaked" in answer.text
            with_vectors += any(one["dense"] is not None for one in answer.json()["receipt"]["retrieved"])
        assert with_vectors == 40
        assert total(service, "footnote_answers_total") == 40
        assert total(service, "footnote_in_flight") == 0
        assert total(service, "footnote_articles") == 2
        lines = [json.loads(line) for line in service.logged() if line.startswith("{")]
        assert len({one["process"] for one in lines if one["event"] == "answered"}) > 1


def test_one_that_is_killed_is_replaced_while_the_others_answer(tmp_path: Path, settings: dict[str, str]) -> None:
    with serving(tmp_path / "data", "--workers", "2", **settings) as service:
        until(lambda: len(children(service)) == 2)
        until(lambda: ask(service).status_code == 200)
        before = children(service)
        os.kill(min(before), signal.SIGKILL)
        until(lambda: len(children(service)) == 2 and children(service) != before)
        assert len(children(service) & before) == 1
        for _ in range(10):
            assert ask(service).status_code == 200


def test_told_to_stop_all_of_them_finish_what_they_have_begun(tmp_path: Path, settings: dict[str, str]) -> None:
    with openai_server.running() as chat:
        chat.will(Says(["Live streaming ", "is invisible ", "this 618 ", "because traffic has peaked [1]."], pause=0.5))
        settings = {**settings, "FOOTNOTE_CHAT__BASE_URL": chat.url, "FOOTNOTE_CACHE__ENABLED": "false"}
        with serving(tmp_path / "data", "--workers", "2", **settings) as service:
            until(lambda: len(children(service)) == 2)
            pids, answers = children(service), []
            threads = [threading.Thread(target=lambda: answers.append(ask(service))) for _ in range(8)]
            for thread in threads:
                thread.start()
            until(lambda: len(chat.requests) == 8)
            service.told()
            for thread in threads:
                thread.join()
            assert [one.status_code for one in answers] == [200] * 8
            assert {one.json()["mode"] for one in answers} == {"generative"}
            assert service.process.wait(30) == 0
            assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]


def test_where_the_parent_is_killed_the_others_go_too(tmp_path: Path, settings: dict[str, str]) -> None:
    with serving(tmp_path / "data", "--workers", "2", FOOTNOTE_DRAIN="0", **settings) as service:
        until(lambda: len(children(service)) == 2)
        pids = children(service)
        time.sleep(3)
        service.told(signal.SIGKILL)
        until(lambda: not [pid for pid in pids if Path(f"/proc/{pid}").exists()])


def test_two_ingests_by_any_of_them_queue(tmp_path: Path, settings: dict[str, str]) -> None:
    made = run(tmp_path, settings, "keys", "create", "--name", "w", "--scope", "ingest", "--scope", "ask", "--json")
    assert made.returncode == 0, made.stderr
    key = next(value for value in json.loads(made.stdout).values() if str(value).startswith("fn_"))
    headers = {"Authorization": f"Bearer {key}"}
    with serving(tmp_path / "data", "--workers", "2", **settings) as service:
        until(lambda: len(children(service)) == 2)
        failed: list[str] = []

        def put(which: int) -> None:
            for n in range(6):
                body = {"title": f"Note {which}-{n}", "text": f"Parcel {which}-{n} weighs {n * 7 + which} grams."}
                address = f"{service.url}/v1/articles/note-{which}-{n}"
                sent = httpx.put(address, json=body, headers=headers, trust_env=False, timeout=60)
                if sent.status_code >= 300:
                    failed.append(sent.text)

        threads = [threading.Thread(target=put, args=(which,)) for which in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failed == []
        until(lambda: total(service, "footnote_articles") == 26, 15)
        until(lambda: not httpx.get(f"{service.url}/readyz", trust_env=False).json()["warnings"], 15)
    assert json.loads(run(tmp_path, settings, "doctor", "--json").stdout)["findings"] == []
