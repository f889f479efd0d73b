import sqlite3
import threading
from pathlib import Path

from sqlalchemy import Engine, create_engine

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
