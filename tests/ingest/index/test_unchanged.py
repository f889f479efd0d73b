import sqlite3
import threading
from itertools import count
from pathlib import Path

from sqlalchemy import Engine, create_engine

from ingest.index import Catalogue
from ingest.index.database import open_database
from ingest.index.unchanged import WhileUnchanged


def opened(path: Path) -> Engine:
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE IF NOT EXISTS t (x)")
    return create_engine(f"sqlite:///{path}", connect_args={"check_same_thread": False})


def write(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("INSERT INTO t VALUES (1)")
    database.close()


def test_a_value_is_made_once_until_another_connection_writes(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    values, made = WhileUnchanged(opened(path), 100), []

    def make() -> int:
        made.append(1)
        return len(made)

    assert [values.get("k", make) for _ in range(3)] == [1, 1, 1]
    write(path)
    assert [values.get("k", make) for _ in range(3)] == [2, 2, 2]
    assert values.get("other", lambda: None) is None
    values.close()
    write(path)
    assert values.get("k", make) == 3
    values.close()


def test_a_value_made_while_the_database_changed_is_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    values = WhileUnchanged(opened(path), 100)

    def make() -> str:
        write(path)
        return "old"

    assert values.get("k", make) == "old"
    assert values.get("k", lambda: "new") == "new"
    values.close()


def test_only_so_many_values_are_kept(tmp_path: Path) -> None:
    values = WhileUnchanged(opened(tmp_path / "a.db"), 100)
    for number in range(300):
        values.get(number, lambda: "first")
    assert values.get(299, lambda: "second") == "first"
    assert values.get(0, lambda: "second") == "second"
    values.close()


def test_threads_see_what_is_new(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    engine = opened(path)
    values = WhileUnchanged(engine, 100)

    def count() -> int:
        with engine.connect() as connection:
            return int(connection.exec_driver_sql("SELECT count(*) FROM t").scalar_one())

    written, late = [0], []

    def read() -> None:
        for _ in range(200):
            least = written[0]
            if values.get("count", count) < least:
                late.append(least)

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(40):
        write(path)
        written[0] += 1
    for thread in threads:
        thread.join()
    assert (late, values.get("count", count)) == ([], 40)
    values.close()


def test_what_search_does_not_see_leaves_values_as_they_are(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path, create=True)
    values = WhileUnchanged(open_database(tmp_path, create=False), 100)
    catalogue.fingerprint()
    turn = count()

    def seen() -> tuple[int, int]:
        return values.get("seen", lambda: next(turn)), values.get("any", lambda: next(turn), after_any_write=True)

    assert [seen(), seen()] == [(0, 1)] * 2
    catalogue.record_run("2026-06-18", {}, ("alpha",))
    assert [seen(), seen()] == [(0, 2)] * 2
    catalogue.start_generation("hashing-8", 8, "test:200:1")
    assert [seen(), seen()] == [(3, 4)] * 2
    with sqlite3.connect(tmp_path / "catalogue.db") as database:
        database.execute("DROP TRIGGER search_sees_articles_insert")
    assert [seen(), seen()] == [(5, 6)] * 2
    catalogue.record_run("2026-06-18", {}, ("beta",))
    assert [seen(), seen()] == [(7, 8)] * 2
    values.close()
    catalogue.close()
