"""How often a host is asked."""

from __future__ import annotations

import threading
import time

import pytest

from ingest.sources.web.pacing import Pacer, SystemClock
from tests.fakes.web import Clock


def test_requests_to_one_host_are_spaced_and_other_hosts_do_not_wait() -> None:
    clock = Clock()
    pacer = Pacer(clock, 2.0)
    for host in ("a", "b", "a", "a"):
        pacer.wait(host)
    assert clock.slept == [2.0, 2.0]


def test_time_that_has_passed_anyway_is_not_waited_for_again() -> None:
    clock = Clock()
    pacer = Pacer(clock, 2.0)
    pacer.wait("a")
    clock.time += 1.5
    pacer.wait("a")
    clock.time += 10
    pacer.wait("a")
    assert clock.slept == [0.5]


def test_a_host_may_ask_for_a_slower_pace_but_not_for_a_quicker_one() -> None:
    clock = Clock()
    pacer = Pacer(clock, 2.0)
    pacer.slow_down("a", 5.0)
    pacer.slow_down("b", 0.1)
    for host in ("a", "b", "a"):
        pacer.wait(host)
    pacer.wait("b")
    assert clock.slept == [5.0]  # by then b's two seconds are over


def test_a_host_that_is_held_is_left_alone_until_then() -> None:
    clock = Clock()
    pacer = Pacer(clock, 0.0)
    pacer.hold("a", 30.0)
    pacer.hold("a", 10.0)
    assert (pacer.held("a"), pacer.held("b")) == (30.0, 0.0)
    pacer.wait("a")
    assert clock.slept == [30.0]
    assert pacer.held("a") == 0.0


@pytest.mark.parametrize("hosts", [["a", "a", "a"], ["a", "b", "c"]])
def test_threads_share_one_pace_a_host(hosts: list[str]) -> None:
    pacer, started = Pacer(SystemClock(), 0.5), time.monotonic()
    threads = [threading.Thread(target=pacer.wait, args=(host,)) for host in hosts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - started
    assert (took >= 1.0) if len(set(hosts)) == 1 else (took < 0.5)
