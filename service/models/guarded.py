"""Calls of an endpoint while somebody waits for an answer: none takes long, and none is made while it fails."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from ingest.errors import PermanentError, SettingsError, TransientError
from service.models.breaker import Breaker

T = TypeVar("T")


class Guarded:
    """Calls of one endpoint, from any thread."""

    def __init__(self, breaker: Breaker, seconds: float, named: str = "The embeddings endpoint") -> None:
        """`seconds` are what one call may take; `named` is what failures call it."""
        self._breaker, self._seconds, self._named = breaker, seconds, named

    def call(self, made: Callable[[], T]) -> T:
        """What the call gives.

        Raises:
            TransientError: it took too long, or the endpoint has failed again and again. Else what the call raises.
        """
        call = self._breaker.call()
        if call is None:
            raise TransientError(f"{self._named} has failed again and again and is left alone for now.")
        try:
            found = _started(made).result(self._seconds)
        except TimeoutError:
            call.failed()
            raise TransientError(f"{self._named} took longer than {self._seconds:g} s.") from None
        except PermanentError:  # of this text
            call.succeeded()
            raise
        except (TransientError, SettingsError):
            call.failed()
            raise
        except BaseException:
            call.abandoned()
            raise
        call.succeeded()
        return found


def _started(made: Callable[[], T]) -> Future[T]:
    """The call in a thread of its own: one that takes too long ends by itself, and the process does not wait for it."""
    making: Future[T] = Future()

    def make() -> None:
        try:
            making.set_result(made())
        except BaseException as error:
            making.set_exception(error)

    threading.Thread(target=make, name="guarded", daemon=True).start()
    return making
