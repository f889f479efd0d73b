"""What was kept of a person goes, down to the last byte; what is old goes by itself; everything else stays."""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ingest.errors import TransientError
from ingest.index import Catalogue
from service.answer import Question
from service.audit.log import AuditLog
from service.conversations.access import OWNER
from service.conversations.citations import open_citation
from service.conversations.feedback import Opinion, give, reported
from service.conversations.store import Conversations
from service.forgetting import Forgotten, Retention, forget_older, forget_person
from service.idempotency import Idempotency, Kept
from service.identity import Identity
from service.limits.spending import Account, Line, Spending, Spent
from service.settings.keep import KeepSettings
from tests.service.conversations.test_store import answer, ask, catalogue, ids

__all__ = ["catalogue"]

ANN, BOB = (Identity(name=f"oidc:{name}", address="10.0.0.7") for name in ("ann", "bob"))


@contextmanager
def rooms(catalogue: Catalogue) -> Iterator[tuple[Conversations, AuditLog]]:
    with closing(Conversations(catalogue)) as conversations, closing(AuditLog(catalogue)) as audit:
        yield conversations, audit


def raw(catalogue: Catalogue) -> bytes:
    """Every byte of the file and its log."""
    return b"".join(path.read_bytes() for path in sorted(catalogue.data.glob("catalogue.db*")))


def said(number: int, question: str, conversation: str = "con_1", **other: Any) -> Any:
    return replace(answer(number, conversation, **other), question=question, standalone_question=question)


def test_a_person_is_forgotten_and_nobody_else(catalogue: Catalogue) -> None:
    with rooms(catalogue) as (conversations, audit):
        for number in range(3):
            ask(conversations, said(number, f"Am I to be dismissed {number}?", f"con_{number % 2}"), asker=ANN.name)
        ask(conversations, said(9, "Where is lunch served?"), asker=BOB.name)
        ask(conversations, said(8, "Who is nobody?"))
        give(conversations, "ans_con_0_0", ANN, "req_1", Opinion("down", "wrong", "They hate me."))
        give(conversations, "ans_con_1_8", ANN, "req_2", Opinion("up", None, "So it is, says Ann."))
        give(conversations, "ans_con_1_9", BOB, "req_3", Opinion("up", None, "Thanks, says Bob."))
        again = Idempotency(catalogue, hours=1)
        for asker in (ANN, BOB):
            again.finish(again.begin(asker, "k", "f")[0], Kept(201, {}, f"As {asker.name} wrote".encode()))
        spending = Spending(catalogue)
        spending.prepare()
        spending.add({Account("2026-01-02", str(ANN.name)): Spent(90, 10, 0.5, 1)})
        audit.used(ANN)
        audit.used(BOB)
        audit.note(ANN, "article.written", "open")
        audit.settle()
        assert b"Am I to be dismissed" in raw(catalogue)
        done = forget_person(conversations, audit, Spending(catalogue), "oidc:ann")
        assert done == Forgotten(
            "oidc:ann", conversations=2, answers=3, feedback=2, requests=1, uses=1, days=1, wiped=True
        )
        for gone in (b"Am I to be dismissed", b"They hate me", b"says Ann", b"As oidc:ann wrote"):
            assert gone not in raw(catalogue)
        for kept in (b"Where is lunch served", b"Who is nobody", b"says Bob", b"As oidc:bob wrote"):
            assert kept in raw(catalogue)
        assert ids(conversations, OWNER, "con_0") == []
        assert spending.lines("2026-01-01", None, 9) == [Line("2026-01-02", None, Spent(90, 10, 0.5, 1))]
        assert [r.given.opinion.comment for r in reported(conversations, OWNER, 9)] == ["Thanks, says Bob."]
        assert [(e.who, e.action) for e in audit.listed(9)] == [
            ("oidc:ann", "article.written"), ("oidc:bob", "credentials.used"),
        ]  # fmt: skip
        assert open_citation(conversations, "cit_ans_con_0_0_1", BOB).answer_id is None
        assert forget_person(conversations, audit, Spending(catalogue), "oidc:ann").answers == 0
        assert forget_person(conversations, audit, Spending(catalogue), "oidc:bo_").answers == 0
        assert forget_person(conversations, audit, Spending(catalogue), "").answers == 0
        assert ids(conversations, OWNER) == ["ans_con_1_9", "ans_con_1_8"]


def test_no_byte_is_left_of_many_whatever_lies_between_them(catalogue: Catalogue) -> None:
    chance = random.Random(7)
    names = [f"oidc:p{n}" for n in range(4)]
    asked: dict[str, list[bytes]] = {name: [] for name in names}
    with rooms(catalogue) as (conversations, audit):
        for number in range(300):
            name = chance.choice(names)
            token = f"Z{chance.getrandbits(64):016x}"
            asked[name].append(token.encode())
            made = said(
                number, f"What is {token}?", f"con_{chance.randrange(40)}", missing=("y" * chance.choice((9, 6000)),)
            )
            conversations.keep(Question(made.question, asker=name), made)
        for name in names[:2]:
            assert forget_person(conversations, audit, Spending(catalogue), name).wiped
            left = raw(catalogue)
            assert not [token for token in asked.pop(name) if token in left]
            assert all(token in left for tokens in asked.values() for token in tokens)


def test_what_was_deleted_before_and_left_in_the_file_goes_too(catalogue: Catalogue) -> None:
    with rooms(catalogue) as (conversations, audit):
        for number in range(50):
            made = said(number, f"Am I to be dismissed {number}?", missing=("y" * 6000,))
            ask(conversations, made, asker=ANN.name)
        with closing(sqlite3.connect(catalogue.data / "catalogue.db")) as careless, careless:
            careless.execute("PRAGMA secure_delete=OFF")
            careless.execute("DELETE FROM answers WHERE number % 2")
        assert conversations.forget("con_1", ANN) == 25
        assert b"Am I to be dismissed" in raw(catalogue)
        assert forget_person(conversations, audit, Spending(catalogue), str(ANN.name)).wiped
        assert b"Am I to be dismissed" not in raw(catalogue)


def test_a_deleted_conversation_leaves_no_byte(catalogue: Catalogue) -> None:
    with rooms(catalogue) as (conversations, _):
        ask(conversations, said(1, "Am I to be dismissed?"), asker=ANN.name)
        assert conversations.forget("con_1", ANN) == 1
        assert b"Am I to be dismissed" not in raw(catalogue)


def test_an_opinion_that_was_changed_leaves_no_byte_of_the_first(catalogue: Catalogue) -> None:
    with rooms(catalogue) as (conversations, _):
        ask(conversations, answer(1))
        give(conversations, "ans_con_1_1", ANN, "r", Opinion("down", None, "This was written in anger." + "!" * 1900))
        give(conversations, "ans_con_1_1", ANN, "r", Opinion("up", None, "Fine."))
        catalogue.checkpoint()
        assert b"written in anger" not in raw(catalogue)


def test_answers_that_were_given_just_before_are_forgotten_too(catalogue: Catalogue) -> None:
    with rooms(catalogue) as (conversations, audit):
        conversations.prepare()
        file = catalogue.data / "catalogue.db"
        with closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as other:
            other.execute("BEGIN IMMEDIATE")
            conversations.keep(Question("Secret?", asker=ANN.name), answer(1))
            threading.Timer(0.3, lambda: other.execute("COMMIT")).start()
            assert forget_person(conversations, audit, Spending(catalogue), str(ANN.name)).answers == 1
        assert ids(conversations, OWNER) == []


def test_while_another_process_writes_for_long_nothing_is_half_deleted(catalogue: Catalogue) -> None:
    with rooms(catalogue) as (conversations, audit):
        ask(conversations, answer(1), asker=ANN.name)
        audit.prepare()
        with sqlite3.connect(catalogue.data / "catalogue.db", isolation_level=None) as other:
            other.execute("BEGIN IMMEDIATE")
            with catalogue._engine.connect() as impatient:
                impatient.exec_driver_sql("PRAGMA busy_timeout=100")
            with pytest.raises(TransientError, match="Another process is writing"):
                forget_person(conversations, audit, Spending(catalogue), str(ANN.name))
            other.execute("COMMIT")
        assert ids(conversations, ANN) == ["ans_con_1_1"]


def aged(catalogue: Catalogue, days: int, which: str) -> None:
    at = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="seconds")
    with closing(sqlite3.connect(catalogue.data / "catalogue.db")) as other, other:
        other.execute(f"UPDATE {which}", {"at": at})


def test_what_is_older_than_so_many_days_goes(catalogue: Catalogue) -> None:
    with rooms(catalogue) as (conversations, _):
        for number in range(450):
            conversations.keep(Question(f"Old {number}?"), said(number, f"Old question {number}?", f"con_{number % 9}"))
        conversations.settle()
        give(conversations, "ans_con_0_0", ANN, "r", Opinion("down"))
        aged(catalogue, 31, "answers SET asked_at = :at")
        ask(conversations, said(999, "A new question?"))
        assert forget_older(conversations, 32).answers == 0
        done = forget_older(conversations, 30)
        assert (done.answers, done.conversations, done.feedback) == (450, 9, 1)
        assert b"Old question" not in raw(catalogue)
        assert ids(conversations, OWNER) == ["ans_con_1_999"]
        assert open_citation(conversations, "cit_ans_con_0_0_1", OWNER).quote == "It is so."


def test_a_service_deletes_what_is_too_old_by_itself(catalogue: Catalogue) -> None:
    with rooms(catalogue) as (conversations, audit):
        ask(conversations, said(1, "An old question?"))
        audit.note(ANN, "article.written", "open")
        audit.settle()
        aged(catalogue, 40, "answers SET asked_at = :at")
        aged(catalogue, 40, "audit SET at = :at")
        ask(conversations, said(2, "A new question?"))
        kept_for_ever = Retention(conversations, audit, KeepSettings(days=None, audit_days=None))
        kept_for_ever.start()
        kept_for_ever.stop()
        assert len(ids(conversations, OWNER)) == 2
        retention = Retention(conversations, audit, KeepSettings(days=30, audit_days=30))
        retention.start()
        end = time.monotonic() + 10
        while [e.action for e in audit.listed(9)] != ["answers.expired"] and time.monotonic() < end:
            time.sleep(0.01)
        retention.stop()
        assert [(e.action, e.target) for e in audit.listed(9)] == [("answers.expired", "1 of more than 30 days")]
        assert ids(conversations, OWNER) == ["ans_con_1_2"]
        assert b"An old question" not in raw(catalogue)
