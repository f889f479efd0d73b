"""A circuit breaker: an endpoint that fails again and again is left alone for a while (Nygard, *Release It!*, 2007)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

# The name of the one of a Chroma server, which is no model.
CHROMA = "chroma"
State = Literal["closed", "open", "half-open"]


class Breaker:
    """Closed, every call is let through. So many failures in a row open it; after a while one call tries again.

    Safe to share between threads.
    """

    def __init__(self, failures: int = 5, seconds: float = 30, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._seconds, self._clock = failures, seconds, clock
        self._lock = threading.Lock()
        self._in_a_row = 0
        self._opened: float | None = None
        self._probe: Call | None = None

    @property
    def state(self) -> State:
        """What a call would meet now."""
        with self._lock:
            return self._state()

    def call(self) -> Call | None:
        """Leave to make a call, whose end has to be told; None where the endpoint is to be left alone."""
        with self._lock:
            state = self._state()
            if state == "open" or (state == "half-open" and self._probe is not None):
                return None
            call = Call(self)
            if state == "half-open":
                self._probe = call
            return call

    def _state(self) -> State:
        if self._opened is None:
            return "closed"
        return "open" if self._clock() - self._opened < self._seconds else "half-open"

    def end(self, call: Call, succeeded: bool | None) -> None:
        """What became of a call; None where it was given up before that could be told."""
        with self._lock:
            if succeeded:
                self._in_a_row, self._opened, self._probe = 0, None, None
                return
            if succeeded is not None:
                self._in_a_row += 1
                if self._probe is call or (self._opened is None and self._in_a_row >= self._most):
                    self._opened = self._clock()
            if self._probe is call:
                self._probe = None


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """A call that a breaker let through; exactly one of these has to be told."""

    breaker: Breaker

    def succeeded(self) -> None:
        """The endpoint works."""
        self.breaker.end(self, True)

    def failed(self) -> None:
        """The endpoint does not work."""
        self.breaker.end(self, False)

    def abandoned(self) -> None:
        """Nobody waited for the end."""
        self.breaker.end(self, None)


class Breakers:
    """One breaker an endpoint and model, so that whoever asks it shares what the others learned."""

    def __init__(self, failures: int = 5, seconds: float = 30) -> None:
        self._failures, self._seconds = failures, seconds
        self._named: dict[str, Breaker] = {}
        self._lock = threading.Lock()

    def of(self, name: str, failures: int | None = None, seconds: float | None = None) -> Breaker:
        """That of an endpoint; how many `failures` in a row open it, and for how long, where that is special to it."""
        with self._lock:
            return self._named.setdefault(name, Breaker(failures or self._failures, seconds or self._seconds))

    def states(self) -> dict[str, State]:
        """The state of each by its name."""
        with self._lock:
            named = dict(self._named)
        return {name: breaker.state for name, breaker in named.items()}
