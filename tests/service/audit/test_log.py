"""The audit log is written behind everybody's back, never fails a request, and says nothing of what was asked."""

from __future__ import annotations

import logging
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from ingest.errors import IndexUnavailable
from ingest.index import Catalogue
from ingest.index.database import open_database
from service.audit.log import AuditLog
from service.audit.schema import TABLES, metadata
from service.identity import Identity

ANN = Identity(name="key:ann", key="ann", address="10.0.0.1")
OWNER = Identity(owner=True)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[AuditLog]:
    with closing(Catalogue(tmp_path, create=True)) as catalogue, closing(AuditLog(catalogue)) as made:
        yield made


def actions(log: AuditLog, **wanted: str) -> list[str]:
    log.settle()
    return [e.action for e in log.listed(100, **wanted)]


def test_the_migrations_make_the_table_that_the_code_names(tmp_path: Path) -> None:
    AuditLog(Catalogue(tmp_path, create=True)).prepare()
    with open_database(tmp_path, create=False).connect() as connection:
        ours = {"include_object": lambda _o, name, kind, *_: kind != "table" or name in metadata.tables}
        context = MigrationContext.configure(connection, opts={**ours, "version_table": TABLES.marked_in})
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == TABLES.newest


def test_a_line_says_who_did_what_to_what_and_from_where(log: AuditLog) -> None:
    log.note(ANN, "article.written", "leave", "req_1")
    log.note(OWNER, "key.created", "k1", outcome="failed")
    log.note(None, "article.removed", "x" * 9999)
    log.settle()
    third, second, first = log.listed(9)
    assert (first.who, first.action, first.target, first.request_id, first.client, first.outcome, first.times) == (
        "key:ann", "article.written", "leave", "req_1", "10.0.0.1", "done", 1,
    )  # fmt: skip
    assert (second.who, second.outcome, second.client) == ("owner", "failed", None)
    assert (third.who, len(str(third.target))) == (None, 500)
    assert first.at[:2] == "20"
    assert first.number < second.number < third.number


def test_lines_are_found_by_person_kind_and_time_and_page_by_page(log: AuditLog) -> None:
    for number in range(5):
        log.note(ANN, "article.written", str(number))
    log.note(OWNER, "article.removed", "5")
    log.note(OWNER, "articles_.odd", "6")
    assert actions(log, who="owner") == ["articles_.odd", "article.removed"]
    assert actions(log, action="article.removed") == ["article.removed"]
    assert actions(log, action="article.") == ["article.removed"] + ["article.written"] * 5
    assert actions(log, since="2999-01-01") == actions(log, until="2001-01-01") == []
    assert len(actions(log, since="2001-01-01", until="2999-01-01")) == 7
    page = log.listed(3)
    assert [e.target for e in page + log.listed(9, before=page[-1].number)] == ["6", "5", "4", "3", "2", "1", "0"]


def test_a_key_is_noted_once_a_day_for_each_address(log: AuditLog) -> None:
    for address in ("10.0.0.1", "10.0.0.2"):
        for _ in range(100):
            log.used(Identity(name="key:ann", key="ann", address=address))
    log.used(Identity(address="10.0.0.3"))
    log.used(OWNER)
    log.settle()
    assert [(e.who, e.target, e.client) for e in log.listed(9)] == [
        ("key:ann", "ann", "10.0.0.2"), ("key:ann", "ann", "10.0.0.1"),
    ]  # fmt: skip


def test_a_thousand_refusals_are_four_lines(log: AuditLog) -> None:
    for _ in range(1000):
        log.refused("10.0.0.1")
    log.refused("10.0.0.2")
    log.settle()
    found = [(e.client, e.times, e.outcome, e.who) for e in log.listed(99)]
    assert found == [("10.0.0.2", 1, "refused", None)] + [
        ("10.0.0.1", n, "refused", None) for n in (1000, 100, 10, 1)
    ]  # fmt: skip


def test_a_million_addresses_do_not_fill_the_memory_or_the_log(log: AuditLog) -> None:
    for number in range(30_000):
        log.refused(f"10.{number // 65536}.{number // 256 % 256}.{number % 256}")
    assert len(log._seen._counts) <= 10_001
    assert len(actions(log)) == 100
    with log._catalogue.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM audit").scalar() == 10_005


def test_noting_never_waits_for_the_file_and_nothing_is_lost(log: AuditLog) -> None:
    log.prepare()
    with closing(sqlite3.connect(log._catalogue.data / "catalogue.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.perf_counter()
        for number in range(500):
            log.note(ANN, "article.written", str(number))
        assert time.perf_counter() - began < 3
        other.execute("COMMIT")
    log.settle()
    log.settle()
    assert [e.target for e in log.listed(1000)] == [str(n) for n in reversed(range(500))]


def test_what_cannot_be_written_waits_and_is_written_with_the_next(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(Catalogue(tmp_path, create=True)) as catalogue, closing(AuditLog(catalogue)) as log:
        log.prepare()
        with catalogue._engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA query_only = 1")
        with caplog.at_level(logging.WARNING):
            log.note(ANN, "article.written", "1")
            log.settle()
        assert "The audit log waits to write 1 line(s). The data folder" in caplog.text
        with catalogue._engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA query_only = 0")
        log.note(ANN, "article.written", "2")
        log.settle()
        assert [e.target for e in log.listed(9)] == ["2", "1"]


def test_what_is_never_written_stands_in_the_services_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with closing(Catalogue(tmp_path, create=True)) as catalogue:
        log = AuditLog(catalogue)
        log.prepare()
        with catalogue._engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA query_only = 1")
        log.note(ANN, "article.written", "leave")
        log.close()
        log.note(ANN, "article.removed", "leave")
    assert "lost 1 line(s): " in caplog.text
    assert "key:ann article.written leave done" in caplog.text
    assert "lost a line (article.removed): it was closed" in caplog.text


def test_a_number_is_never_given_twice(log: AuditLog) -> None:
    for number in range(3):
        log.note(ANN, "article.written", str(number))
    log.settle()
    last = log.listed(1)[0].number
    with closing(sqlite3.connect(log._catalogue.data / "catalogue.db")) as other, other:
        other.execute("DELETE FROM audit")
    log.note(ANN, "article.written", "4")
    log.settle()
    assert log.listed(1)[0].number == last + 1


def test_many_threads_note_at_once(log: AuditLog) -> None:
    threads = [
        threading.Thread(target=lambda n=n: [log.note(ANN, "x", f"{n} {i}") for i in range(200)]) for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log.settle()
    log.settle()
    assert len({e.target for e in log.listed(5000)}) == 1600


KILLED = """
import sys
from pathlib import Path
from ingest.index import Catalogue
from service.audit.log import AuditLog
log = AuditLog(Catalogue(Path(sys.argv[1])))
for number in range(1_000_000):
    log.note(None, "x", str(number))
    if number % 50 == 0:
        log.settle()
        print(number, flush=True)
"""


def test_killed_at_any_moment_what_was_settled_is_there_and_in_order(tmp_path: Path) -> None:
    Catalogue(tmp_path, create=True).close()
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path)], cwd=Path(__file__).parents[3], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    settled = 0
    for line in child.stdout:
        settled = int(line)
        if settled >= 500:
            child.kill()
            break
    child.wait()
    with closing(Catalogue(tmp_path)) as catalogue, closing(AuditLog(catalogue)) as log:
        targets = [int(str(e.target)) for e in log.listed(1_000_000)][::-1]
    assert targets == list(range(len(targets)))
    assert len(targets) > settled


def test_a_newer_footnotes_log_is_left_alone(log: AuditLog) -> None:
    log.prepare()
    with closing(sqlite3.connect(log._catalogue.data / "catalogue.db")) as other, other:
        other.execute(f"UPDATE {TABLES.marked_in} SET version_num = '0099'")
    again = AuditLog(log._catalogue)
    with pytest.raises(IndexUnavailable, match=r"newer Footnote .*Upgrade Footnote"):
        again.listed(1)
