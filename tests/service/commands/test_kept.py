"""`footnote feedback`, `audit` and `forget`, beside a service and without one."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ingest.index import Catalogue
from service.answer import Question
from service.audit.log import AuditLog
from service.cli import app
from service.conversations.feedback import Opinion, give
from service.conversations.store import Conversations
from service.identity import Identity
from tests.service.conversations.test_store import put
from tests.service.test_forgetting import aged, said

ANN = Identity(name="oidc:ann", address="10.0.0.7")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with an answer of Ann, what she thinks of it, and that she came."""
    with (
        closing(Catalogue(tmp_path / "data", create=True)) as catalogue,
        closing(Conversations(catalogue)) as conversations,
        closing(AuditLog(catalogue)) as audit,
    ):
        catalogue.start_generation("hashing-8", 8, "test:400:1")
        put(catalogue, "open")
        conversations.keep(Question("", asker=ANN.name), said(1, "Am I to be dismissed?")).result(30)
        conversations.keep(Question(""), said(2, "Where is lunch?")).result(30)
        give(conversations, "ans_con_1_1", ANN, "r1", Opinion("down", "wrong", "It is\nnot so.", 1))
        give(conversations, "ans_con_1_2", ANN, "r2", Opinion("up"))
        audit.used(ANN)
    return tmp_path / "data"


def run(data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--data", str(data)])


def told(data: Path, *arguments: str) -> Any:
    done = run(data, *arguments, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_feedback_is_shown(data: Path) -> None:
    shown = run(data, "feedback").stdout
    assert shown.index("Where is lunch?") < shown.index("Am I to be dismissed? [1]")
    assert "    wrong; It is not so.\n" in shown
    (line,) = told(data, "feedback", "--rating", "down")["feedback"]
    assert (line["rating"], line["reason"], line["citation"], line["asker"]) == ("down", "wrong", 1, "oidc:ann")
    assert len(told(data, "feedback", "--limit", "1")["feedback"]) == 1
    assert run(data, "feedback", "--rating", "meh").exit_code == 2


def test_a_person_is_forgotten_and_the_log_says_so(data: Path) -> None:
    done = told(data, "forget", "oidc:ann")
    counted = {name: done[name] for name in ("conversations", "answers", "feedback", "requests", "uses", "wiped")}
    assert counted == {"conversations": 1, "answers": 1, "feedback": 2, "requests": 0, "uses": 1, "wiped": True}
    left = b"".join(path.read_bytes() for path in data.glob("catalogue.db*"))
    assert b"Am I to be dismissed" not in left
    assert b"Where is lunch" in left
    (line,) = told(data, "audit")["lines"]
    assert (line["who"], line["action"], line["target"]) == ("owner", "person.forgotten", "oidc:ann")
    assert "person.forgotten  oidc:ann  done" in run(data, "audit").stdout
    assert told(data, "audit", "--since", "2999-01-01")["lines"] == []


def test_a_name_of_which_nothing_is_kept_is_questioned(data: Path) -> None:
    done = run(data, "forget", "ann")
    assert done.exit_code == 0
    assert "nothing was kept of ann: is the name as `footnote audit` shows it?" in done.stderr


def test_what_is_old_is_deleted(data: Path) -> None:
    with closing(Catalogue(data)) as catalogue:
        aged(catalogue, 40, "answers SET asked_at = :at WHERE number = 1")
    assert told(data, "forget", "--older-than", "60d")["answers"] == 0
    assert told(data, "forget", "--older-than", "5w")["answers"] == 1


@pytest.mark.parametrize("wrong", [(), ("ann", "--older-than", "3d"), ("--older-than", "soon"), ("--older-than", "0d")])
def test_what_is_not_understood_deletes_nothing(data: Path, wrong: tuple[str, ...]) -> None:
    assert run(data, "forget", *wrong).exit_code == 2
    assert len(told(data, "feedback")["feedback"]) == 2


@pytest.mark.parametrize("command", ["feedback", "audit", "forget"])
def test_where_there_is_no_index_a_sentence_says_so(tmp_path: Path, command: str) -> None:
    done = run(tmp_path / "none", command, *(["ann"] if command == "forget" else []))
    assert done.exit_code == 1
    assert "There is no index in" in done.stderr
