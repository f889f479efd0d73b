"""A chat model for callers that are not on an event loop."""

from __future__ import annotations

import asyncio
import threading
import weakref
from contextlib import aclosing

from service.errors import ModelUnavailable
from service.models.base import ChatModel, Usage

# Where an endpoint does not take the thoughts of a reasoning model out of its reply, they end so.
_THOUGHT = "</think>"


class BlockingChat:
    """Calls run on an event loop of their own, in a thread: a model's open connections belong to one loop."""

    def __init__(self, model: ChatModel) -> None:
        self._model = model
        self._starting = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def name(self) -> str:
        """The model's."""
        return self._model.name

    def text(self, system: str, user: str, within: float) -> tuple[str, Usage]:
        """The whole reply, and its tokens.

        Raises:
            ModelUnavailable: the model failed, or took longer than `within` seconds.
        """
        call = whole(self._model, system, user, within)
        return asyncio.run_coroutine_threadsafe(call, self._running()).result()

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._starting:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=_serve, args=(self._loop,), name="chat", daemon=True).start()
                weakref.finalize(self, self._loop.call_soon_threadsafe, self._loop.stop)
            return self._loop


async def whole(model: ChatModel, system: str, user: str, within: float) -> tuple[str, Usage]:
    """The whole reply of a model, without what it thought aloud before, and its tokens.

    Raises:
        ModelUnavailable: the model failed, repeated itself, or took longer than `within` seconds.
    """
    reply = model.reply(system, user, within)
    try:
        async with asyncio.timeout(within), aclosing(reply.pieces) as pieces:
            written = "".join([piece async for piece in pieces])
    except TimeoutError:
        raise ModelUnavailable(f"The chat model took longer than {within:.3g} s.") from None
    if reply.usage.looped:
        raise ModelUnavailable("The chat model wrote the same again and again.")
    return written.rpartition(_THOUGHT)[2].strip(), reply.usage


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    loop.run_forever()
    loop.close()
