"""The queue: what is taken by whom, and what becomes of it where nobody is heard of any more."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import update

from ingest.index import Catalogue
from service.channels.slack.contracts import Ask, Superseded
from service.channels.slack.queue import Queue
from service.channels.slack.rows import Rows
from service.channels.slack.schema import asks


@pytest.fixture
def rows(tmp_path: Path) -> Iterator[Rows]:
    with closing(Catalogue(tmp_path, create=True)) as catalogue:
        yield Rows(catalogue)


@pytest.fixture
def queue(rows: Rows) -> Queue:
    return Queue(rows)


def ask(ts: float, thread: float | None = None) -> Ask:
    return Ask("mention", f"Asked at {ts}?", "U1", "T1", "C1", str(ts), str(thread or ts))


def add(queue: Queue, *questions: Ask) -> None:
    for one in questions:
        assert queue.add(f"message:{one.ts}", one)


def test_who_asked_first_is_answered_first_whichever_came_first(queue: Queue) -> None:
    add(queue, ask(30.0), ask(10.0), ask(20.0))
    assert [queue.take().ask.ts for _ in range(3)] == ["10.0", "20.0", "30.0"]  # type: ignore[union-attr]
    assert queue.take() is None


def test_one_of_a_thread_at_a_time(queue: Queue) -> None:
    add(queue, ask(10.0), ask(11.0, thread=10.0), ask(12.0))
    first, other = queue.take(), queue.take()
    assert first is not None and other is not None
    assert (first.ask.ts, other.ask.ts) == ("10.0", "12.0")
    assert queue.take() is None
    assert queue.finish(first, "answered", "ans_1")
    assert queue.take().ask.ts == "11.0"  # type: ignore[union-attr]


def test_what_waits_for_a_better_time_keeps_its_place_in_the_thread(queue: Queue) -> None:
    add(queue, ask(10.0), ask(11.0, thread=10.0))
    first = queue.take()
    assert first is not None
    queue.release(first, seconds=60)
    assert queue.take() is None


def test_an_answer_to_what_was_edited_meanwhile_is_none(queue: Queue) -> None:
    add(queue, ask(10.0))
    taken = queue.take()
    assert taken is not None
    assert queue.edit("C1", "10.0", "Something else?")
    with pytest.raises(Superseded):
        queue.note(taken, ["99.0"])
    assert not queue.finish(taken, "answered", "ans_1")
    anew = queue.take()
    assert anew is not None
    assert (anew.ask.text, anew.messages, anew.gone) == ("Something else?", ("99.0",), False)


def test_what_was_deleted_is_to_be_taken_back(queue: Queue) -> None:
    add(queue, ask(10.0))
    taken = queue.take()
    assert taken is not None
    queue.note(taken, ["99.0"])
    queue.finish(taken, "answered", "ans_1")
    assert queue.delete("C1", "10.0")
    assert not queue.delete("C1", "10.0")
    gone = queue.take()
    assert gone is not None
    assert (gone.gone, gone.messages) == (True, ("99.0",))


def test_what_nobody_says_is_being_answered_is_taken_up_again(rows: Rows, queue: Queue) -> None:
    """Also by the process that took it: it could not note what became of it."""
    add(queue, ask(10.0), ask(20.0))
    lost, held = queue.take(), queue.take()
    assert lost is not None and held is not None
    with rows.writing() as connection:
        connection.execute(update(asks).values(held_until=time.time() - 1))
    assert queue.hold([held]) == {held.number}
    assert queue.take() is None  # what was sent to Slack may still be on its way
    time.sleep(1.1)
    again = queue.take()
    assert again is not None
    assert (again.number, again.tries) == (lost.number, 1)
    assert again.begun_at is not None


def test_what_another_machine_answers_is_left_to_it(rows: Rows, queue: Queue) -> None:
    add(queue, ask(10.0))
    queue.take()
    with rows.writing() as connection:
        connection.execute(update(asks).values(process="elsewhere:4026531836 1 abc"))
    time.sleep(1.1)
    assert queue.take() is None


def test_only_what_failed_is_asked_again(queue: Queue) -> None:
    add(queue, ask(10.0))
    taken = queue.take()
    assert taken is not None
    assert not queue.again(taken.number)
    queue.finish(taken, "failed")
    assert queue.again(taken.number)
    assert not queue.again(taken.number)
    assert queue.take().ask.text == "Asked at 10.0?"  # type: ignore[union-attr]


def test_the_same_message_or_event_is_taken_once(queue: Queue) -> None:
    assert queue.add("message:1", ask(1.0), "Ev1")
    assert not queue.add("message:1", ask(1.0), "Ev2")
    assert not queue.add("message:2", ask(2.0), "Ev1")
    assert queue.once("Ev3")
    assert not queue.once("Ev3")
    queue.forget("Ev3")
    assert queue.once("Ev3")


def test_who_comes_back_later_says_how_often_it_was_tried(queue: Queue) -> None:
    add(queue, ask(10.0))
    for before in (0, 1, 1):
        taken = queue.take()
        assert taken is not None
        assert taken.tries == before
        queue.release(taken, tries=min(taken.tries + 1, 1))
