"""A data folder of before opens, and nothing is lost."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from pydantic import TypeAdapter

from ingest.index import Catalogue
from service.answer import Answer
from service.conversations.schema import TABLES
from service.conversations.store import Conversations
from service.identity import Identity
from tests.service.conversations.test_store import answer, ids, put

NOBODY = Identity()


def of_before(catalogue: Catalogue, many: int) -> None:
    """The tables of the first schema, with answers in them."""
    config = Config()
    config.set_main_option("script_location", TABLES.migrations)
    with catalogue.writing() as connection:
        config.attributes |= {"connection": connection, "version_table": TABLES.marked_in}
        command.upgrade(config, "0001")
    with closing(sqlite3.connect(catalogue.data / "catalogue.db")) as raw, raw:
        for number in range(1, many + 1):
            made = answer(number)
            raw.execute(
                "INSERT INTO answers VALUES (?, ?, ?, ?, NULL, '2026-01-02', '2026-01-02T00:00:00+00:00', '0.1', ?)",
                (number, made.id, "con_1", '["public"]', TypeAdapter(Answer).dump_json(made).decode()),
            )
            raw.executemany("INSERT INTO cited VALUES (?, ?, ?)", [(c.id, number, c.number) for c in made.citations])


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with closing(Catalogue(tmp_path / "data", create=True)) as made:
        made.start_generation("hashing-8", 8, "test:400:1")
        put(made, "open")
        yield made


def rows(catalogue: Catalogue, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(catalogue.data / "catalogue.db")) as raw:
        return raw.execute(query).fetchall()


def test_answers_of_before_open_and_are_nobodys(catalogue: Catalogue) -> None:
    of_before(catalogue, 450)
    with closing(Conversations(catalogue)) as conversations:
        assert len(ids(conversations, NOBODY)) == 100
        turn = conversations.turn("ans_con_1_450", NOBODY)
        assert turn is not None
        assert (turn.answer, turn.asker, turn.asked_on, turn.made_by) == (answer(450), None, "2026-01-02", "0.1")
    assert rows(catalogue, "SELECT count(*), count(DISTINCT answer), max(answer) FROM cited") == [(450, 450, 450)]
    assert rows(catalogue, "SELECT article_id, version, start, end, length(quote_hash) FROM cited LIMIT 1") == [
        ("open", 1, 0, 9, 64)
    ]
    assert rows(catalogue, "PRAGMA foreign_key_check") == []
    assert rows(catalogue, "PRAGMA integrity_check") == [("ok",)]
    names = {name for (name,) in rows(catalogue, "SELECT name FROM sqlite_master")}
    assert not {n for n in names if "before" in str(n)}


KILLED = """
import os, sqlite3, sys
from pathlib import Path
from sqlalchemy import event
from sqlalchemy.engine import Engine
from ingest.index import Catalogue
from service.conversations.store import Conversations

@event.listens_for(Engine, "after_cursor_execute")
def die(connection, cursor, statement, *_):
    if statement.strip().startswith(sys.argv[2]):
        os._exit(9)

Conversations(Catalogue(Path(sys.argv[1]))).prepare()
"""


@pytest.mark.parametrize(
    "at", ["ALTER TABLE answers", "DROP TABLE cited", "INSERT INTO cited", "CREATE TABLE feedback"]
)
def test_killed_in_the_middle_it_is_as_before_and_the_next_start_does_it(catalogue: Catalogue, at: str) -> None:
    of_before(catalogue, 20)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(catalogue.data), at],
        cwd=Path(__file__).parents[3], capture_output=True, text=True,
    )  # fmt: skip
    assert killed.returncode == 9, killed.stderr
    assert rows(catalogue, f"SELECT version_num FROM {TABLES.marked_in}") == [("0001",)]
    assert rows(catalogue, "SELECT count(*) FROM cited") == [(20,)]
    with closing(Conversations(catalogue)) as conversations:
        assert len(ids(conversations, NOBODY)) == 20
    assert json.loads(str(rows(catalogue, "SELECT answer FROM answers WHERE number = 3")[0][0]))["id"] == "ans_con_1_3"
