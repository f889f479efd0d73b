"""An endpoint that fails again and again is left alone, and tried by one call at a time."""

from __future__ import annotations

from dataclasses import dataclass

from service.models.breaker import Breaker, Breakers, Call


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def called(breaker: Breaker) -> Call:
    call = breaker.call()
    assert call is not None
    return call


def tripped(clock: Clock) -> Breaker:
    breaker = Breaker(failures=3, seconds=10, clock=clock)
    for _ in range(3):
        called(breaker).failed()
    return breaker


def test_failures_in_a_row_open_it_and_others_do_not() -> None:
    breaker = Breaker(failures=3, seconds=10)
    for _ in range(5):
        called(breaker).failed()
        called(breaker).failed()
        called(breaker).succeeded()
    assert breaker.state == "closed"
    for _ in range(3):
        called(breaker).failed()
    assert breaker.state == "open"
    assert breaker.call() is None


def test_after_a_while_one_call_tries_and_its_success_closes_it() -> None:
    clock = Clock()
    breaker = tripped(clock)
    clock.now = 9.9
    assert breaker.call() is None
    clock.now = 10
    assert breaker.state == "half-open"
    probe = called(breaker)
    assert breaker.call() is None
    probe.succeeded()
    assert breaker.state == "closed"
    called(breaker).failed()
    assert breaker.state == "closed"


def test_a_probe_that_fails_opens_it_for_as_long_again() -> None:
    clock = Clock()
    breaker = tripped(clock)
    clock.now = 12
    called(breaker).failed()
    assert breaker.state == "open"
    clock.now = 21.9
    assert breaker.call() is None
    clock.now = 22
    called(breaker).succeeded()
    assert breaker.state == "closed"


def test_a_probe_that_nobody_waited_for_makes_room_for_the_next() -> None:
    clock = Clock()
    breaker = tripped(clock)
    clock.now = 10
    called(breaker).abandoned()
    assert breaker.state == "half-open"
    called(breaker).succeeded()
    assert breaker.state == "closed"


def test_calls_from_before_do_not_end_the_probe() -> None:
    clock = Clock()
    breaker = Breaker(failures=1, seconds=10, clock=clock)
    before, other = called(breaker), called(breaker)
    called(breaker).failed()
    clock.now = 10
    probe = called(breaker)
    before.failed()
    other.abandoned()
    assert breaker.call() is None
    probe.succeeded()
    assert breaker.state == "closed"


def test_whoever_asks_the_same_endpoint_shares_a_breaker() -> None:
    breakers = Breakers(failures=1, seconds=10)
    called(breakers.of("small at 127.0.0.1:1")).failed()
    assert breakers.of("small at 127.0.0.1:1").call() is None
    assert breakers.of("large at 127.0.0.1:1").call() is not None
    assert breakers.states() == {"small at 127.0.0.1:1": "open", "large at 127.0.0.1:1": "closed"}
