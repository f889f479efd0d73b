"""A chat model that is tried again while there is time, and left alone while it fails: the one policy for retries."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    stop_before_delay,
    wait_random_exponential,
)

from service.errors import ModelUnavailable
from service.models.base import ChatModel, Reply, Usage
from service.models.breaker import Breaker, Call

# So many seconds are enough to tell whether an endpoint works; what had less of them tells nothing when it is late.
_FAIR = 5.0
# Full jitter: any wait up to half a second, then up to one, two, four.
_BACK_OFF = wait_random_exponential(multiplier=0.25, max=4)


@dataclass(frozen=True, slots=True)
class _Begun:
    call: Call
    reply: Reply
    first: str | None


class RetryingModel:
    """Tries again what failed before its first piece: later, a reader may have seen some of it.

    With a `share` below 1 it has to begin within that share of the time, so that another model can still answer.
    """

    def __init__(self, model: ChatModel, breaker: Breaker, retries: int, seconds: float, share: float = 1) -> None:
        """`seconds` are for a reply with all its tries, unless it is asked for less."""
        self._model, self._breaker = model, breaker
        self._retries, self._seconds, self._share = retries, seconds, share

    @property
    def name(self) -> str:
        """The model's."""
        return self._model.name

    def warm(self) -> None:
        """See `ChatModel.warm`."""
        self._model.warm()

    def reply(self, system: str, user: str, within: float | None = None) -> Reply:
        """See `ChatModel.reply`."""
        usage = Usage()
        seconds = self._seconds if within is None else min(within, self._seconds)
        return Reply(self._pieces(system, user, seconds, usage), usage)

    async def _pieces(self, system: str, user: str, seconds: float, usage: Usage) -> AsyncGenerator[str, None]:
        ends = time.monotonic() + seconds
        begins = seconds * self._share
        begins_by = ends - seconds + begins
        tries = AsyncRetrying(
            stop=stop_after_attempt(1 + self._retries) | stop_before_delay(begins),
            wait=_wait,
            retry=retry_if_exception(_passes),
            reraise=True,
        )
        begun: _Begun = await tries(self._begin, system, user, ends, begins_by, usage)
        try:
            async with aclosing(begun.reply.pieces) as pieces:
                if begun.first is not None:
                    yield begun.first
                    async for piece in pieces:
                        yield piece
        except ModelUnavailable as error:
            self._tell(begun.call, error, seconds)
            raise
        except BaseException:  # whoever read it has left
            begun.call.abandoned()
            raise
        else:
            begun.call.succeeded()
        finally:
            usage.add(begun.reply.usage)
            usage.cut, usage.looped = begun.reply.usage.cut, begun.reply.usage.looped

    async def _begin(self, system: str, user: str, ends: float, begins_by: float, usage: Usage) -> _Begun:
        """One try, up to its first piece."""
        call = self._breaker.call()
        if call is None:
            raise ModelUnavailable("The chat endpoint has failed again and again and is left alone for now.", "lasting")
        now = time.monotonic()
        reply = self._model.reply(system, user, max(0, ends - now))
        try:
            async with asyncio.timeout(max(0, begins_by - now) if self._share < 1 else None):
                return _Begun(call, reply, await anext(reply.pieces, None))
        except (TimeoutError, ModelUnavailable) as error:
            await reply.pieces.aclose()
            usage.add(reply.usage)
            failure = error if isinstance(error, ModelUnavailable) else _late()
            self._tell(call, failure, ends - now)
            raise failure from None
        except BaseException:  # whoever waited has left
            await reply.pieces.aclose()
            call.abandoned()
            raise

    def _tell(self, call: Call, error: ModelUnavailable, seconds: float) -> None:
        """What a failure says of the endpoint; `seconds` are those that the call had."""
        if error.fault == "reply":
            call.succeeded()
        elif error.fault == "passing" and seconds < min(self._seconds, _FAIR) / 2:
            call.abandoned()
        else:
            call.failed()


def _late() -> ModelUnavailable:
    return ModelUnavailable("The chat model did not begin to write in time.", "passing")


def _passes(error: BaseException) -> bool:
    return isinstance(error, ModelUnavailable) and error.fault == "passing"


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome is not None else None
    asked = error.retry_after if isinstance(error, ModelUnavailable) else None
    return max(_BACK_OFF(state), asked or 0)
