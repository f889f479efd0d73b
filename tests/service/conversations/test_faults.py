"""Killed at any moment nothing is half kept or half deleted; a full disk or a busy file is in no answer's way."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from ingest.index import Catalogue
from service.answer import Question
from service.conversations.access import OWNER
from service.conversations.store import Conversations
from tests.fakes.running_app import serving, settings_over
from tests.service.conversations.test_store import answer, catalogue, ids

__all__ = ["catalogue"]

ROOT = Path(__file__).parents[3]
ARTICLES = [{"id": "canteen", "title": "Canteen", "text": "The canteen opens at noon and closes at three."}]
QUESTION = {"question": "When does the canteen open?"}


def test_answers_are_given_while_another_process_holds_the_file(tmp_path: Path) -> None:
    settings = settings_over(tmp_path, ARTICLES)
    with serving(settings) as url, httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
        first = client.post("/v1/ask", json=QUESTION).json()
        path = f"/v1/answers/{first['id']}/feedback"
        client.get(f"/v1/answers/{first['id']}").raise_for_status()
        said: list[int] = []
        with closing(sqlite3.connect(settings.data / "catalogue.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            waiting = [
                threading.Thread(target=lambda: said.append(httpx.post(url + path, json={"rating": "up"}).status_code))
                for _ in range(5)
            ]
            for one in waiting:
                one.start()
            for number in range(5):
                began = time.perf_counter()
                assert client.get("/healthz").status_code == 200
                assert time.perf_counter() - began < 4
                told = client.post("/v1/ask", json={**QUESTION, "conversation_id": f"con_{number}"}).json()
                assert (told["outcome"], time.perf_counter() - began < 5) == ("answered", True)
                opened = client.get(f"/v1/citations/{told['citations'][0]['id']}").json()
                assert opened["answer_id"] == told["id"]
            assert said == []
            other.execute("COMMIT")
        for one in waiting:
            one.join()
        assert said == [201] * 5
        assert client.get("/v1/conversations/con_4").status_code == 200


FULL = """
import json, resource, signal, sys
from starlette.testclient import TestClient
from service.app import create_app
from service.settings import Settings

question = {"question": "When does the canteen open?"}
client = TestClient(create_app(Settings(data=sys.argv[1], embedding={"provider": "hashing"})))
with client:
    first = client.post("/v1/ask", json=question).json()
    path = f"/v1/answers/{first['id']}/feedback"
    client.get(f"/v1/answers/{first['id']}").raise_for_status()
    client.app_state["running"].conversations.settle()
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
    full = client.post("/v1/ask", json=question)
    refused = client.post(path, json={"rating": "up"})
    client.app_state["running"].conversations.settle()
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    print(json.dumps([
        full.status_code, full.json()["outcome"], client.get(f"/v1/answers/{full.json()['id']}").status_code,
        refused.status_code, refused.json()["detail"], client.post(path, json={"rating": "up"}).status_code,
    ]))
"""


def test_a_full_disk_is_no_answers_end(tmp_path: Path) -> None:
    settings = settings_over(tmp_path, ARTICLES)
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(settings.data)], capture_output=True, text=True, cwd=ROOT, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert "is not kept. The disk that holds" in done.stderr
    asked, outcome, opened, refused, why, after = json.loads(done.stdout.splitlines()[-1])
    assert (asked, outcome, opened, refused, after) == (200, "answered", 404, 503, 201)
    assert "Traceback" not in why


FORGET = """
import os, sys
from pathlib import Path
from sqlalchemy import event
from sqlalchemy.engine import Engine
from ingest.index import Catalogue
from service.audit.log import AuditLog
from service.conversations.store import Conversations
from service.forgetting import forget_person
from service.limits.spending import Spending

@event.listens_for(Engine, "connect")
def die(connection, _):
    rewriting = []

    def told(statement):
        if statement.startswith("VACUUM"):
            rewriting.append(1)

    def step():
        rewriting.extend([1] if rewriting else [])
        if len(rewriting) > 10 and sys.argv[2] == "VACUUM":
            os._exit(9)

    connection.set_trace_callback(told)
    connection.set_progress_handler(step, 50)

@event.listens_for(Engine, "after_cursor_execute")
def after(connection, cursor, statement, *_):
    if statement.startswith(sys.argv[2]):
        os._exit(9)

catalogue = Catalogue(Path(sys.argv[1]))
forget_person(Conversations(catalogue), AuditLog(catalogue), Spending(catalogue), "oidc:ann")
"""


@pytest.mark.parametrize(("at", "left"), [("DELETE FROM feedback", 60), ("DELETE FROM answers", 60), ("VACUUM", 0)])
def test_killed_while_it_forgets_it_has_forgotten_all_or_nothing(catalogue: Catalogue, at: str, left: int) -> None:
    with closing(Conversations(catalogue)) as conversations:
        for number in range(60):
            conversations.keep(Question("", asker="oidc:ann"), answer(number, missing=("y" * 5000,)))
        conversations.keep(Question("", asker="oidc:bob"), answer(99))
    killed = subprocess.run([sys.executable, "-c", FORGET, str(catalogue.data), at], cwd=ROOT, timeout=60)
    assert killed.returncode == 9
    assert count(catalogue, "answers WHERE asker = 'oidc:ann'") == left
    assert count(catalogue, "answers WHERE asker = 'oidc:bob'") == 1
    assert count(catalogue, "cited") == 61
    again = subprocess.run([sys.executable, "-c", FORGET, str(catalogue.data), "nothing"], cwd=ROOT, timeout=60)
    assert again.returncode == 0
    assert count(catalogue, "answers") == 1


KEEP = """
import sys
from pathlib import Path
from ingest.index import Catalogue
from service.answer import Question
from service.conversations.store import Conversations
from tests.service.conversations.test_store import answer
conversations = Conversations(Catalogue(Path(sys.argv[1])))
for number in range(100_000):
    conversations.keep(Question("", asker="oidc:ann"), answer(number, articles=("open",) * 9))
    if number % 20 == 19:
        conversations.settle()
        print(number, flush=True)
"""


def test_killed_while_it_keeps_every_answer_has_all_its_citations(catalogue: Catalogue) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", KEEP, str(catalogue.data)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    settled = 0
    for line in child.stdout:
        settled = int(line)
        if settled >= 100:
            time.sleep(0.013)
            child.kill()
            break
    child.wait()
    kept = count(catalogue, "answers")
    assert kept > settled
    assert count(catalogue, "cited") == 9 * kept
    with closing(Conversations(catalogue)) as conversations:
        assert len(ids(conversations, OWNER)) == 100


def count(catalogue: Catalogue, rows: str) -> Any:
    with closing(sqlite3.connect(catalogue.data / "catalogue.db")) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return raw.execute(f"SELECT count(*) FROM {rows}").fetchone()[0]
