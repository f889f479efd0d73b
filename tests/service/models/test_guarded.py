"""Calls of an endpoint while somebody waits: none takes long, and none is made while it fails."""

from __future__ import annotations

import threading
import time

import pytest

from ingest.errors import PermanentError, TransientError
from service.models.breaker import Breaker
from service.models.guarded import Guarded


def fails(error: Exception) -> int:
    raise error


def test_what_a_call_gives_or_raises_comes_through() -> None:
    guarded = Guarded(Breaker(failures=1), 5)
    assert guarded.call(lambda: 7) == 7
    with pytest.raises(PermanentError, match="too long"):
        guarded.call(lambda: fails(PermanentError("too long")))
    assert guarded.call(lambda: 8) == 8


def test_a_call_that_hangs_is_left_behind_and_ends_by_itself() -> None:
    breaker, go, others = Breaker(failures=1, seconds=60), threading.Event(), set(threading.enumerate())
    began = time.monotonic()
    with pytest.raises(TransientError, match=r"took longer than 0\.1 s"):
        Guarded(breaker, 0.1).call(lambda: go.wait(20))
    assert time.monotonic() - began < 10
    assert breaker.state == "open"
    (thread,) = [one for one in threading.enumerate() if one.name == "guarded" and one not in others]
    assert thread.daemon
    go.set()
    thread.join(5)
    assert not thread.is_alive()


def test_while_it_fails_no_call_is_made() -> None:
    guarded, made = Guarded(Breaker(failures=2, seconds=60), 5), []
    for _ in range(4):
        with pytest.raises(TransientError):
            guarded.call(lambda: made.append(1) or fails(TransientError("busy")))  # type: ignore[func-returns-value]
    assert len(made) == 2
