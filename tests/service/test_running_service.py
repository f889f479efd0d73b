"""Commands on a folder whose service runs go through it; and several processes share a Chroma server."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

FOOTNOTE = Path(sys.executable).with_name("footnote")
CHROMA = Path(sys.executable).with_name("chroma")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass
class Folder:
    """A data folder, and commands on it."""

    data: Path
    settings: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [FOOTNOTE, *arguments, "--data", str(self.data)],
            env=self.environment(settings),
            capture_output=True,
            text=True,
            timeout=90,
        )

    def told(self, *arguments: str, **settings: str) -> Any:
        done = self.run(*arguments, "--json", **settings)
        assert done.stdout, done.stderr
        return json.loads(done.stdout)

    def environment(self, settings: dict[str, str]) -> dict[str, str]:
        ours = {"FOOTNOTE_EMBEDDING__PROVIDER": "hashing", "FOOTNOTE_LIMITS__PER_MINUTE": "0"}
        return {**os.environ, **ours, **self.settings, **settings}

    @contextmanager
    def serving(self) -> Iterator[httpx.Client]:
        port = free_port()
        with (self.data.parent / f"{port}.log").open("w") as log:
            command = [FOOTNOTE, "serve", "--port", str(port), "--data", str(self.data)]
            process = subprocess.Popen(command, env=self.environment({}), stdout=log, stderr=log)
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False) as client:
                until(lambda: _alive(client))
                yield client
        finally:
            process.terminate()
            assert process.wait(30) is not None


def _alive(client: httpx.Client) -> bool:
    try:
        return client.get("/healthz").status_code == 200
    except httpx.HTTPError:
        return False


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def quoted(client: httpx.Client, question: str) -> str:
    answer = client.post("/v1/ask", json={"question": question}).json()
    return " ".join(c["quote"] for c in answer["citations"])


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "data")


@pytest.mark.slow
def test_what_is_ingested_beside_a_service_is_found_by_the_very_next_question(folder: Folder, tmp_path: Path) -> None:
    canteen = tmp_path / "canteen.txt"
    canteen.write_text("The canteen opens at noon and closes at three.")
    secret = tmp_path / "secret.txt"
    secret.write_text("The zeppelin fund holds nine million.")
    with folder.serving() as client:
        done = folder.run("ingest", str(canteen))
        assert done.returncode == 0, done.stderr
        assert "through the service at http://127.0.0.1:" in done.stderr
        assert "1 added" in done.stdout
        assert "opens at noon" in quoted(client, "When does the canteen open?")
        assert "opens at noon" in folder.told("ask", "When does the canteen open?")["text"]
        assert folder.told("search", "canteen")["hits"][0]["article_id"] == "canteen"
        folder.run("ingest", str(secret), "--group", "board")
        assert folder.told("ask", "What does the zeppelin fund hold?")["outcome"] == "declined"
        assert "nine million" in folder.told("ask", "What does the zeppelin fund hold?", "--group", "board")["text"]
        assert folder.told("doctor")["findings"] == []
        bad = folder.run("ingest", str(tmp_path / "nothing"))
        assert (bad.returncode, "does not exist" in bad.stderr) == (1, True)
        canteen.write_text("The canteen opens at one now.")
        assert folder.told("ingest", str(canteen))["changed"] == 1
        assert "opens at one" in quoted(client, "When does the canteen open?")
        assert folder.told("articles", "remove", "canteen")["removed"] == 1
        assert quoted(client, "When does the canteen open?") == ""
    assert folder.told("articles", "list")["articles"][0]["id"] == "secret"


def test_only_the_owner_of_the_folder_may_change_it(folder: Folder) -> None:
    job = {"operation": "remove", "arguments": {"article_ids": ["x"]}}
    with folder.serving() as client:
        assert client.post("/v1/jobs", json=job).status_code == 401
        wrong = {"Authorization": "Bearer wrong"}
        assert client.post("/v1/jobs", json=job, headers=wrong).status_code == 401
        assert client.post("/v1/ask", json={"question": "Why?"}, headers=wrong).status_code == 401
        assert (folder.data / "owner.lock").stat().st_mode & 0o077 == 0


@pytest.mark.slow
def test_two_ingests_at_once_queue(folder: Folder, tmp_path: Path) -> None:
    files = []
    for name in ("one", "two"):
        files.append(tmp_path / f"{name}.jsonl")
        texts = (f"Note {n} of part {name} is about parcel {n}." for n in range(200))
        files[-1].write_text(
            "".join(
                json.dumps({"id": f"{name}-{n}", "title": f"{name} {n}", "text": t}) + "\n" for n, t in enumerate(texts)
            )
        )
    with folder.serving():
        done: list[Any] = []
        threads = [threading.Thread(target=lambda f=f: done.append(folder.told("ingest", str(f)))) for f in files]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [(r["added"], r["failed"]) for r in done] == [(200, []), (200, [])]
        assert folder.told("doctor")["findings"] == []


@pytest.mark.slow
def test_a_service_flips_to_another_model_while_it_answers(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "leave.txt").write_text("Annual leave expires on 31 March.\n\nA form is in the portal.")
    other = {"FOOTNOTE_EMBEDDING__DIMENSIONS": "64"}
    with folder.serving() as client:
        folder.told("ingest", str(tmp_path / "leave.txt"))
        stop, seen = threading.Event(), []

        def ask() -> None:
            while not stop.is_set():
                answer = client.post("/v1/ask", json={"question": "When does annual leave expire?"}).json()
                seen.append((answer["receipt"]["generation"], answer["outcome"]))

        asking = threading.Thread(target=ask)
        asking.start()
        built = folder.told("generations", "build", **other)
        assert built["generation"]["embedder"] == "hashing-64"
        until(lambda: len(seen) > 3)
        assert {generation for generation, _ in seen} == {1}
        folder.told("generations", "flip", **other)
        until(lambda: seen[-1][0] == 2)
        folder.told("generations", "rollback")
        until(lambda: seen[-1][0] == 1)
        stop.set()
        asking.join()
        assert {outcome for _, outcome in seen} == {"answered"}
        states = {g["id"]: g["state"] for g in folder.told("generations", "list")["generations"]}
        assert states == {1: "serving", 2: "kept"}


@contextmanager
def chroma_server(path: Path) -> Iterator[str]:
    port = free_port()
    command = [CHROMA, "run", "--path", str(path), "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        with httpx.Client(base_url=url, trust_env=False) as client:

            def up() -> bool:
                try:
                    return client.get("/api/v2/heartbeat").status_code == 200
                except httpx.HTTPError:
                    return False

            until(up)
        yield url
    finally:
        process.terminate()
        process.wait(30)


@pytest.mark.slow
def test_two_services_and_an_ingest_share_a_chroma_server(tmp_path: Path) -> None:
    (tmp_path / "canteen.txt").write_text("The canteen opens at noon and closes at three.")
    with chroma_server(tmp_path / "chroma") as url:
        folder = Folder(tmp_path / "data", {"FOOTNOTE_CHROMA_URL": url})
        with folder.serving() as one, folder.serving() as two:
            done = folder.run("ingest", str(tmp_path / "canteen.txt"))
            assert done.returncode == 0, done.stderr
            assert "through the service" not in done.stderr
            for client in (one, two):
                answer = client.post("/v1/ask", json={"question": "When does the canteen open?"}).json()
                assert "opens at noon" in answer["text"]
                assert any(r["dense"] is not None for r in answer["receipt"]["retrieved"])
            folder.told("generations", "build", "--flip", FOOTNOTE_EMBEDDING__DIMENSIONS="64")
            for client in (one, two):
                answer = client.post("/v1/ask", json={"question": "When does the canteen open?"}).json()
                assert answer["receipt"]["generation"] == 2
                assert "opens at noon" in answer["text"]
            assert folder.told("articles", "remove", "canteen", FOOTNOTE_EMBEDDING__DIMENSIONS="64")["removed"] == 1
            assert [quoted(client, "When does the canteen open?") for client in (one, two)] == ["", ""]
        assert folder.told("doctor", FOOTNOTE_EMBEDDING__DIMENSIONS="64")["findings"] == []


@pytest.mark.slow
def test_an_embedded_index_moves_to_a_chroma_server_without_embedding_again(tmp_path: Path) -> None:
    (tmp_path / "canteen.txt").write_text("The canteen opens at noon and closes at three.")
    folder = Folder(tmp_path / "data")
    assert folder.told("ingest", str(tmp_path / "canteen.txt"))["chunks"] == 1
    with chroma_server(tmp_path / "chroma") as url:
        folder.settings["FOOTNOTE_CHROMA_URL"] = url
        assert folder.told("doctor")["findings"] != []
        repaired = folder.told("doctor", "--repair")
        assert (repaired["findings"], len(repaired["mended"]) > 0) == ([], True)
        assert folder.told("ingest", str(tmp_path / "canteen.txt"))["chunks"] == 0
        answer = folder.told("ask", "When does the canteen open?")
        assert "opens at noon" in answer["text"]
        assert answer["receipt"]["retrieved"][0]["dense"] is not None
