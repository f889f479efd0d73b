"""What is kept under a key, by whom, and for how long."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from ingest.index import Catalogue
from service.errors import Conflict, KeyReused
from service.idempotency import Idempotency, Kept, erase
from service.idempotency.schema import requests
from service.identity import Identity

PRESS = Identity(("press",), "key_press")
GIVEN = Kept(201, {"location": "/v1/articles/a"}, b"{}")


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    opened = Catalogue(tmp_path, create=True)
    yield opened
    opened.close()


def test_what_was_answered_is_given_to_who_has_the_same_rights_alone(catalogue: Catalogue) -> None:
    store = Idempotency(catalogue, 24)
    place, nothing = store.begin(PRESS, "one", "body")
    assert nothing is None
    store.finish(place, GIVEN)
    assert store.begin(PRESS, "one", "body") == (place, GIVEN)
    others = [
        Identity(("press",), "key_board"),
        Identity(("press", "board"), "key_press"),
        Identity(("press",), "key_press", frozenset(("ask", "ingest"))),
        Identity(("press",), None),
    ]
    for other in others:
        assert store.begin(other, "one", "body")[1] is None
    with pytest.raises(KeyReused):
        store.begin(PRESS, "one", "another body")


def test_what_is_being_answered_is_told_so_until_it_is_released(catalogue: Catalogue) -> None:
    store = Idempotency(catalogue, 24)
    place, _ = store.begin(PRESS, "one", "body")
    with pytest.raises(Conflict):
        store.begin(PRESS, "one", "body")
    store.release(place)
    assert store.begin(PRESS, "one", "something else") == (place, None)


def test_what_a_dead_process_was_at_is_taken_over(catalogue: Catalogue) -> None:
    store = Idempotency(catalogue, 24)
    place, _ = store.begin(PRESS, "one", "body")
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    with catalogue.writing() as connection:
        connection.execute(update(requests).values(process=gone.pid))
    assert store.begin(PRESS, "one", "body") == (place, None)
    with pytest.raises(Conflict):
        store.begin(PRESS, "one", "body")
    assert os.getpid() != gone.pid


def test_it_outlives_the_process_and_is_forgotten_with_its_asker(catalogue: Catalogue, tmp_path: Path) -> None:
    place, _ = Idempotency(catalogue, 24).begin(PRESS, "one", "body")
    Idempotency(catalogue, 24).finish(place, GIVEN)
    again = Catalogue(tmp_path)
    assert Idempotency(again, 24).begin(PRESS, "one", "body")[1] == GIVEN
    with again.writing() as connection:
        assert erase(connection, "key_press") == 1
    assert Idempotency(again, 24).begin(PRESS, "one", "body")[1] is None
    again.close()
