"""Answers are kept whole, given to those who may read them, and never in an answer's way."""

from __future__ import annotations

import logging
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import event

from ingest.article import Article
from ingest.chunk import chunks_of
from ingest.errors import IndexUnavailable, TransientError
from ingest.index import Catalogue
from ingest.index.database import open_database
from service.answer import Answer, Citation, Nearest, Question, Receipt, Retrieved, Sentence
from service.conversations.access import OWNER
from service.conversations.schema import TABLES, metadata
from service.conversations.store import Conversations
from service.identity import Identity
from service.settings.keep import KeepSettings


def cites(article_id: str, number: int = 1, of: str = "a") -> Citation:
    return Citation(
        number, f"cit_{of}_{number}", article_id, 1, "Title", None, None, None, None, None, "It is so.", 0, 9, "/x"
    )


def answer(number: int, conversation: str = "con_1", articles: tuple[str, ...] = ("open",), **other: Any) -> Answer:
    name = f"ans_{conversation}_{number}"
    return Answer(
        name, conversation, f"Question {number}?", f"Question {number}?", "en", "answered", "extractive",
        "It is so. [1]",
        (Sentence("It is so.", (1,), "supported", 0.9),),
        tuple(cites(a, n, name) for n, a in enumerate(articles, 1)),
        receipt=Receipt(1, retrieved=(Retrieved("c1", "open", 0.9, None, None, True),), timings_ms={"search": 1.5}),
        **other,
    )  # fmt: skip


def put(catalogue: Catalogue, article_id: str, *groups: str) -> None:
    number = catalogue.next_version(article_id)
    article = Article(article_id, "Title", "It is so. " * 20, "en", f"/{article_id}", groups=groups or ("public",))
    cut = chunks_of(article, number, 400)
    catalogue.add(article, f"hash{number}", cut, ["k"] * len(cut))


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with closing(Catalogue(tmp_path / "data", create=True)) as made:
        made.start_generation("hashing-8", 8, "test:400:1")
        put(made, "open")
        put(made, "secret", "hr")
        yield made


@contextmanager
def kept(catalogue: Catalogue) -> Iterator[Conversations]:
    with closing(Conversations(catalogue)) as conversations:
        yield conversations


def ask(conversations: Conversations, made: Answer, *groups: str, **asked: Any) -> None:
    conversations.keep(Question(made.question, groups or ("public",), **asked), made).result(30)


def of(*groups: str, name: str | None = None) -> Identity:
    return Identity(groups, name)


def ids(conversations: Conversations, asker: Identity, conversation: str = "con_1") -> list[str]:
    return [t.answer.id for t in conversations.turns(conversation, asker, 100)]


def test_the_migrations_make_the_tables_that_the_code_names(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path, create=True)
    Conversations(catalogue).prepare()
    with open_database(tmp_path, create=False).connect() as connection:
        ours = {"include_object": lambda _o, name, kind, *_: kind != "table" or name in metadata.tables}
        context = MigrationContext.configure(connection, opts={**ours, "version_table": TABLES.marked_in})
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == TABLES.newest


def test_an_answer_comes_back_whole_after_a_restart(catalogue: Catalogue) -> None:
    made = answer(1, follow_ups=("Why?",), nearest=(Nearest("open", "Title", None, "/x"),))
    with kept(catalogue) as conversations:
        ask(conversations, made, "public", "staff", asked_on="2024-06-18", language="en")
    with closing(Catalogue(catalogue.data)) as again, kept(again) as conversations:
        turn = conversations.turn(made.id, of("staff", "public"))
        assert turn is not None
        assert turn.answer == made
        assert (turn.groups, turn.asked_on, turn.language) == (("public", "staff"), "2024-06-18", "en")
        assert turn.asked_at[:2] == "20"
        assert conversations.turn("ans_other", OWNER) is None


def test_a_data_folder_of_before_gets_the_tables_and_keeps_its_articles(catalogue: Catalogue) -> None:
    before = [a.id for a in catalogue.listed()]
    with sqlite3.connect(catalogue.data / "catalogue.db") as raw:
        tables = {name for (name,) in raw.execute("SELECT name FROM sqlite_master")}
    assert "answers" not in tables
    with kept(catalogue) as conversations:
        ask(conversations, answer(1))
        assert ids(conversations, of("public")) == ["ans_con_1_1"]
    assert [a.id for a in catalogue.listed()] == before
    with sqlite3.connect(catalogue.data / "catalogue.db") as raw:
        assert raw.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]


def test_turns_are_the_last_ones_oldest_first(catalogue: Catalogue) -> None:
    with kept(catalogue) as conversations:
        for number in range(9):
            ask(conversations, answer(number))
            ask(conversations, answer(number, "con_other"))
        found = conversations.turns("con_1", of("public"), 3)
        assert [t.answer.id for t in found] == ["ans_con_1_6", "ans_con_1_7", "ans_con_1_8"]
        assert conversations.turns("con_1", of("public"), 0) == []
        assert conversations.turns("con_none", of("public"), 3) == []


def test_nothing_of_another_groups_conversation_is_told(catalogue: Catalogue) -> None:
    with kept(catalogue) as conversations:
        ask(conversations, answer(1), "public")
        ask(conversations, answer(2, articles=("secret",)), "hr", "public")
        ask(conversations, answer(3, articles=("secret",)), "hr")
        assert ids(conversations, of("public")) == ["ans_con_1_1"]
        assert ids(conversations, of("hr", "public", "board")) == ["ans_con_1_1", "ans_con_1_2", "ans_con_1_3"]
        assert ids(conversations, of("hr")) == ["ans_con_1_3"]
        assert ids(conversations, of()) == []
        assert ids(conversations, OWNER) == ["ans_con_1_1", "ans_con_1_2", "ans_con_1_3"]
        assert conversations.turn("ans_con_1_2", of("public")) is None


def test_what_was_asked_for_no_group_is_nobodys(catalogue: Catalogue) -> None:
    with kept(catalogue) as conversations:
        conversations.keep(Question("Question 1?", ()), answer(1)).result(30)
        assert ids(conversations, of("public", "hr")) == []


def test_closing_an_article_closes_the_answers_that_quote_it(catalogue: Catalogue) -> None:
    with kept(catalogue) as conversations:
        ask(conversations, answer(1))
        ask(conversations, replace(answer(2, articles=()), nearest=(Nearest("open", "Title", None, "/x"),)))
        ask(conversations, answer(3, articles=()))
        assert len(ids(conversations, of("public"))) == 3
        catalogue.remove("open")
        assert len(ids(conversations, of("public"))) == 3
        put(catalogue, "open", "board")
        assert ids(conversations, of("public")) == ["ans_con_1_3"]


def test_an_article_that_never_was_closes_too(catalogue: Catalogue) -> None:
    with kept(catalogue) as conversations:
        ask(conversations, answer(1, articles=("never",)))
        assert ids(conversations, of("public")) == []


def test_forgetting_takes_what_the_asker_may_see_and_no_more(catalogue: Catalogue) -> None:
    with kept(catalogue) as conversations:
        ask(conversations, answer(1))
        ask(conversations, answer(2, articles=("secret",)), "hr")
        ask(conversations, answer(3, "con_other"))
        assert conversations.forget("con_1", of("public")) == 1
        assert conversations.turn("ans_con_1_1", OWNER) is None
        assert ids(conversations, OWNER) == ["ans_con_1_2"]
        assert conversations.forget("con_1", of("public")) == 0
        assert ids(conversations, of("public"), "con_other") == ["ans_con_other_3"]
    with sqlite3.connect(catalogue.data / "catalogue.db") as raw:
        assert raw.execute("SELECT count(*) FROM cited").fetchone() == (3,)
        assert raw.execute("SELECT id FROM cited WHERE answer IS NULL").fetchall() == [("cit_ans_con_1_1_1",)]


def test_an_answer_is_found_while_another_process_holds_the_file(catalogue: Catalogue) -> None:
    with kept(catalogue) as conversations:
        conversations.prepare()
        with sqlite3.connect(catalogue.data / "catalogue.db", isolation_level=None) as raw:
            raw.execute("BEGIN IMMEDIATE")
            written = conversations.keep(Question("Question 1?"), answer(1))
            assert ids(conversations, of("public")) == ["ans_con_1_1"]
            assert conversations.turn("ans_con_1_1", of("public")) is not None
            assert conversations.turn("ans_con_1_1", of("hr")) is None
            assert not written.done()
            raw.execute("COMMIT")
        written.result(30)
        assert ids(conversations, of("public")) == ["ans_con_1_1"]


def test_where_nothing_is_kept_nothing_is_told_even_before_it_could_be_written(catalogue: Catalogue) -> None:
    with closing(Conversations(catalogue, KeepSettings(answers=False))) as conversations:
        conversations.prepare()
        with catalogue.writing():
            conversations.keep(Question("Question 1?"), answer(1))
            assert ids(conversations, OWNER) == []
        conversations.settle()
        assert conversations.turn("ans_con_1_1", OWNER) is None
    with sqlite3.connect(catalogue.data / "catalogue.db") as raw:
        assert raw.execute("SELECT id, answer FROM cited").fetchall() == [("cit_ans_con_1_1_1", None)]


def test_a_newer_footnotes_answers_are_left_alone(catalogue: Catalogue) -> None:
    Conversations(catalogue).prepare()
    with sqlite3.connect(catalogue.data / "catalogue.db") as raw:
        raw.execute(f"UPDATE {TABLES.marked_in} SET version_num = '0099'")
    with kept(catalogue) as conversations, pytest.raises(IndexUnavailable, match=r"newer Footnote .*Upgrade Footnote"):
        conversations.turns("con_1", of("public"), 3)


FULL = """
import logging, resource, signal, sys
from pathlib import Path
logging.basicConfig(format="%(message)s")
from ingest.index import Catalogue
from service.answer import Question
from service.conversations.store import Conversations
from service.identity import Identity
from tests.service.conversations.test_store import answer
catalogue = Catalogue(Path(sys.argv[1]))
conversations = Conversations(catalogue)
conversations.prepare()
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
conversations.keep(Question("Question 1?"), answer(1)).result(30)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
conversations.keep(Question("Question 2?"), answer(2)).result(30)
print([t.answer.id for t in conversations.turns("con_1", Identity(), 9)])
"""


def test_a_full_disk_is_a_warning_and_the_next_answer_is_kept(catalogue: Catalogue) -> None:
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(catalogue.data)], capture_output=True, text=True, cwd=root, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert "The answer ans_con_1_1 is not kept. The disk that holds" in done.stderr
    assert done.stdout == "['ans_con_1_2']\n"


def test_a_file_that_cannot_be_written_is_a_sentence(catalogue: Catalogue, caplog: pytest.LogCaptureFixture) -> None:
    catalogue.close()
    event.listen(catalogue._engine, "connect", lambda connection, _: connection.execute("PRAGMA query_only = 1"))
    with kept(catalogue) as conversations, caplog.at_level(logging.WARNING):
        ask(conversations, answer(1))
        assert "ans_con_1_1 is not kept. The data folder" in caplog.text
        assert "cannot be written: check its owner and permissions" in caplog.text
        with pytest.raises(TransientError, match="cannot be written"):
            conversations.turns("con_1", of("public"), 3)


WRITE = """
import sys
from pathlib import Path
from ingest.index import Catalogue
from service.answer import Question
from service.conversations.store import Conversations
from service.identity import Identity
from tests.service.conversations.test_store import answer
conversations = Conversations(Catalogue(Path(sys.argv[1])))
for number in range(60):
    conversations.keep(Question("Question?"), answer(number, sys.argv[2]))
conversations.close()
"""


def test_processes_and_threads_write_at_once(catalogue: Catalogue) -> None:
    root = Path(__file__).parents[3]
    others = [
        subprocess.Popen([sys.executable, "-c", WRITE, str(catalogue.data), f"con_{n}"], cwd=root) for n in range(3)
    ]
    with kept(catalogue) as conversations:
        threads = [
            threading.Thread(target=lambda n=n: [ask(conversations, answer(i, f"thread_{n}")) for i in range(20)])
            for n in range(3)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for other in others:
            assert other.wait(60) == 0
        for n in range(3):
            assert len(ids(conversations, of("public"), f"con_{n}")) == 60
            assert len(ids(conversations, of("public"), f"thread_{n}")) == 20
