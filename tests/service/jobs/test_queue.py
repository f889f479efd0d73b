"""The queue: what somebody waits for goes first, and what a dead process left is told and carried on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ingest.index import Index, open_index
from ingest.index.owner import Owner
from ingest.sources.sent import SentArticle
from service.errors import Overloaded
from service.jobs import Jobs, JobState
from service.jobs.store import JobStore
from service.settings import Settings


@contextmanager
def queue(tmp_path: Path, **embedding: Any) -> Iterator[tuple[Jobs, Index]]:
    settings = Settings(data=tmp_path / "data", embedding={"provider": "hashing", **embedding})
    index = open_index(settings, create=True)
    jobs = Jobs(index, settings)
    try:
        yield jobs, index
    finally:
        jobs.close()
        index.catalogue.close()


def article(article_id: str, text: str) -> dict[str, Any]:
    return {"article": SentArticle(article_id, ("public",), text=text).as_json()}


def until(true: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_an_article_goes_before_vectors_which_carry_on_after_it(tmp_path: Path) -> None:
    with queue(tmp_path, batch=1, per_minute=600) as (jobs, index):
        text = "\n\n".join(f"Sentence {n} tells of floor {n}. " * 30 for n in range(8))
        jobs.start("put", article("long", text)).ended.result(20)
        until(lambda: any(j.operation == "catch_up" and j.state == "running" for j in jobs.listed(5)))
        waiting = index.catalogue.count_waiting()
        assert waiting > 3
        jobs.start("put", article("short", "A short one.")).ended.result(20)
        assert 0 < index.catalogue.count_waiting() <= waiting + 1
        until(lambda: index.catalogue.count_waiting() == 0)
        until(lambda: all(job.over for job in jobs.listed(10)))
        assert [j.state for j in jobs.listed(10) if j.operation == "catch_up"] == ["done"]


def test_a_failure_is_told_in_a_sentence(tmp_path: Path) -> None:
    with queue(tmp_path) as (jobs, _):
        work = jobs.start("put", article("empty", "   "))
        work.ended.result(20)
        told = jobs.get(work.id)
        assert told is not None
        assert (told.state, told.result) == ("failed", None)
        assert told.error == "empty has no sentence that could be searched: take it out, or mend its text."
        broken = jobs.start("put", {"article": {}})
        broken.ended.result(20)
        assert broken.error == "An unforeseen error stopped it; the service's log says where."
        jobs.start("put", article("next", "It goes on.")).ended.result(20)


def test_it_waits_while_another_process_writes(tmp_path: Path) -> None:
    with queue(tmp_path) as (jobs, index):
        with Owner(tmp_path / "data", "footnote ingest", file="writer.lock"):
            work = jobs.start("put", article("zeppelin", "It is blue."))
            time.sleep(0.4)
            assert not work.ended.done()
        work.ended.result(20)
        assert index.catalogue.serving("zeppelin") == 1


def test_what_a_dead_process_left_is_told_to_be_stopped(tmp_path: Path) -> None:
    left = JobState("job_1", "ingest", "key_a", "running", "", 3, 9, 7, None, None, "2026-01-01T00:00:00+00:00", None)
    with queue(tmp_path) as (jobs, index):
        JobStore(index.catalogue).add(left)  # by a process of this number, which is taken for an earlier run
        jobs.take_up()
        told = jobs.get("job_1")
        assert told is not None
        assert (told.state, told.revision, told.done) == ("failed", 8, 3)
        assert told.error is not None and told.error.startswith("The service was stopped.")


def test_what_waits_when_the_service_stops_is_told_so_and_nothing_is_taken_any_more(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", embedding={"provider": "hashing", "batch": 1, "per_minute": 60})
    index = open_index(settings, create=True)
    jobs = Jobs(index, settings)
    text = "\n\n".join(f"Sentence {n} tells of floor {n}. " * 30 for n in range(8))
    jobs.start("put", article("long", text)).ended.result(20)
    until(lambda: any(j.operation == "catch_up" and j.state == "running" for j in jobs.listed(5)))
    began = time.monotonic()
    jobs.close()
    assert time.monotonic() - began < 5
    assert [job.state for job in jobs.listed(5) if not job.over] == []
    with pytest.raises(Overloaded):
        jobs.start("put", article("late", "Too late."))
    index.catalogue.close()
