"""A real service that is told to stop finishes what it has begun, keeps it, and says that it is going."""

from __future__ import annotations

import json
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from ingest.sources.listed import named
from service import readiness
from tests.fakes import openai_server
from tests.fakes.library import ARTICLES, Library
from tests.fakes.openai_server import FakeOpenAI, NeverEnds, Says
from tests.fakes.serving import Serving, serving, until

ASKED = "Why is live streaming invisible this 618?"
WORDS = ["Live streaming ", "is invisible ", "this 618 ", "because traffic ", "has peaked [1]."]


@pytest.fixture
def chat() -> Iterator[FakeOpenAI]:
    with openai_server.running() as fake:
        yield fake


def settings(chat: FakeOpenAI, **others: str) -> dict[str, str]:
    return {"FOOTNOTE_CHAT__BASE_URL": chat.url, "FOOTNOTE_CACHE__ENABLED": "false", **others}


def streamed(service: Serving, begun: threading.Semaphore | None = None) -> str:
    """A whole stream; `begun` is told of its first event."""
    body = {"question": ASKED, "stream": True}
    with httpx.stream("POST", f"{service.url}/v1/ask", json=body, trust_env=False, timeout=60) as events:
        text = ""
        for part in events.iter_text():
            if not text and begun is not None:
                begun.release()
            text += part
    return text


def streams(service: Serving, count: int, pool: ThreadPoolExecutor) -> list[Future[str]]:
    """So many, each of which has begun."""
    begun = threading.Semaphore(0)
    made = [pool.submit(streamed, service, begun) for _ in range(count)]
    for _ in made:
        assert begun.acquire(timeout=30)
    return made


def test_open_streams_end_with_a_whole_answer_that_is_kept(tmp_path: Path, chat: FakeOpenAI) -> None:
    Library(tmp_path / "data").ingest(ARTICLES)
    chat.will(Says(WORDS, pause=0.4))
    with ThreadPoolExecutor(20) as pool, serving(tmp_path / "data", **settings(chat)) as service:
        made = streams(service, 20, pool)
        service.told()
        until(lambda: service.client.get("/readyz").status_code == 503)
        assert readiness.STOPPING in service.client.get("/readyz").json()["missing"]
        texts = [one.result(60) for one in made]
        assert service.process.wait(30) == 0
        assert ["event: completed" in text for text in texts] == [True] * 20
        ids = {text.split('"answer_id":"')[1].split('"')[0] for text in texts}
    assert len(ids) == 20
    with sqlite3.connect(tmp_path / "data" / "catalogue.db") as catalogue:
        assert {row[0] for row in catalogue.execute("SELECT id FROM answers")} == ids


def test_nobody_is_taken_in_after_that(tmp_path: Path, chat: FakeOpenAI) -> None:
    Library(tmp_path / "data").ingest(ARTICLES)
    chat.will(Says(WORDS, pause=0.3))
    with ThreadPoolExecutor(1) as pool, serving(tmp_path / "data", FOOTNOTE_DRAIN="0", **settings(chat)) as service:
        made = streams(service, 1, pool)
        service.told()
        time.sleep(0.3)
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{service.url}/healthz", trust_env=False)
        assert "event: completed" in made[0].result(30)
        assert service.process.wait(30) == 0


def test_an_answer_that_never_ends_is_given_up_in_time(tmp_path: Path, chat: FakeOpenAI) -> None:
    Library(tmp_path / "data").ingest(ARTICLES)
    chat.will(NeverEnds(pause=0.05))
    others = {"FOOTNOTE_SHUTDOWN": "1", "FOOTNOTE_DRAIN": "0"}
    with ThreadPoolExecutor(1) as pool, serving(tmp_path / "data", **settings(chat, **others)) as service:
        made = streams(service, 1, pool)
        service.told()
        began = time.monotonic()
        assert "event: failed" in made[0].result(30)
        assert service.process.wait(30) == 0
        assert time.monotonic() - began < 6


def test_told_twice_it_ends_at_once(tmp_path: Path, chat: FakeOpenAI) -> None:
    Library(tmp_path / "data").ingest(ARTICLES)
    chat.will(NeverEnds(pause=0.05))
    with ThreadPoolExecutor(1) as pool, serving(tmp_path / "data", **settings(chat)) as service:
        made = streams(service, 1, pool)
        service.told()
        time.sleep(0.2)
        service.told(signal.SIGINT)
        assert service.process.wait(2) == 128 + signal.SIGINT
        with pytest.raises(httpx.HTTPError):
            made[0].result(10)
        assert "told to stop twice" in service.log.read_text("utf-8")


@pytest.mark.slow
def test_a_job_stops_at_its_next_step_and_is_carried_on_later(tmp_path: Path) -> None:
    library = Library(tmp_path / "data").ingest(ARTICLES)
    many = tmp_path / "many"
    many.mkdir()
    for n in range(800):
        (many / f"note-{n}.txt").write_text(f"Note {n}\n\nParcel {n} weighs {n * 7} grams and leaves on day {n}.\n")
    with serving(tmp_path / "data") as service:
        owner = httpx.Client(base_url=service.url, trust_env=False, headers=_owner(library.data))
        body = {"operation": "ingest", "arguments": {"sources": [named(str(many), []).as_json()]}}
        job = owner.post("/v1/jobs", json=body).json()
        until(lambda: owner.get(f"/v1/jobs/{job['id']}").json()["state"] == "running")
        service.told()
        assert service.process.wait(30) == 0
    with sqlite3.connect(library.data / "catalogue.db") as catalogue:
        there = catalogue.execute("SELECT count(*) FROM articles").fetchone()[0]
        assert there < 802
    with serving(tmp_path / "data") as service:
        owner = httpx.Client(base_url=service.url, trust_env=False, headers=_owner(library.data))
        again = owner.post("/v1/jobs", json=body).json()
        until(lambda: owner.get(f"/v1/jobs/{again['id']}").json()["state"] == "done", 60)
        assert service.client.get("/readyz").json()["status"] == "ready"
        assert service.client.get("/v1/articles/note-799").status_code == 200


def _owner(data: Path) -> dict[str, str]:
    return {"Authorization": f"Bearer {json.loads((data / 'owner.lock').read_text())['token']}"}
