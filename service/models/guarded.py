"""Calls of an endpoint while somebody waits for an answer: none takes long, and none is made while it fails."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from ingest.errors import PermanentError, SettingsError, TransientError
from service.models.breaker import Breaker

T = TypeVar("T")
_AT_ONCE = 16


class Guarded:
    """Calls of one endpoint, from any thread."""

    def __init__(self, breaker: Breaker, seconds: float) -> None:
        """`seconds` are what one call may take."""
        self._breaker, self._seconds = breaker, seconds
        # A call that takes longer goes on by itself: whoever made it has been told, and has left.
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="guarded")

    def call(self, made: Callable[[], T]) -> T:
        """What the call gives.

        Raises:
            TransientError: it took too long, or the endpoint has failed again and again. Else what the call raises.
        """
        call = self._breaker.call()
        if call is None:
            raise TransientError("The embeddings endpoint has failed again and again and is left alone for now.")
        making = self._pool.submit(made)
        try:
            found = making.result(self._seconds)
        except TimeoutError:
            making.cancel()
            call.failed()
            raise TransientError(f"The embeddings endpoint took longer than {self._seconds:g} s.") from None
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
