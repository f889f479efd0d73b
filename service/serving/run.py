"""One serving process: it stops in order when it is told to, and at once when it is told twice."""

from __future__ import annotations

import asyncio
import math
import os
import signal
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from types import FrameType

import uvicorn

from service.app import create_app
from service.errors import IndexUnavailable
from service.running import Running
from service.serving.heads import BoundedHeads
from service.serving.listening import listen
from service.serving.stopping import Stopping
from service.settings import Settings

_TWICE = b"footnote: told to stop twice, so it stops now; answers that were being made are lost.\n"
# Seconds in which answers that were given up tell their readers.
_TO_SAY_SO = 2


class Server(uvicorn.Server):
    """Uvicorn's, which finishes what is being answered, but says first that it is not ready any more.

    On SIGTERM it goes on taking connections for `drain` seconds, so that whatever distributes them learns of it;
    Ctrl-C has nobody to tell.
    """

    def __init__(
        self, config: uvicorn.Config, stopping: Stopping, within: float, drain: float, parent: int | None
    ) -> None:
        super().__init__(config)
        self._parent = parent
        self._stopping, self._within, self._drain = stopping, within, drain
        self._stops_at: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - as uvicorn calls it
        """See `uvicorn.Server.handle_exit`. Signals are not raised again afterwards: this was a good end."""
        if self._stops_at is not None:
            os.write(2, _TWICE)
            os._exit(128 + sig)
        self._stopping.begun = True
        self._stops_at = time.monotonic() + (self._drain if sig == signal.SIGTERM else 0)
        self.should_exit = not self.started

    async def on_tick(self, counter: int) -> bool:
        """See `uvicorn.Server.on_tick`. A worker whose parent has gone has nobody left to tell it."""
        if self._parent is not None and self._stops_at is None and os.getppid() != self._parent:
            self.handle_exit(signal.SIGTERM, None)
        if self._stops_at is not None:
            self._stopping.begin(self._within)
            self.should_exit = time.monotonic() >= self._stops_at
        return await super().on_tick(counter)


class _Beside(uvicorn.Server):
    """Uvicorn's, for a process whose signals are somebody else's."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """See `uvicorn.Server.capture_signals`."""
        yield


@asynccontextmanager
async def beside(settings: Settings) -> AsyncIterator[Running]:
    """Serve on a free port of the loopback interface while this process does something else; gives what runs.

    Commands on the data folder find it there, as they find `footnote serve`.

    Raises:
        IndexUnavailable: it could not start, and has said why on stderr.
    """
    with listen("127.0.0.1", 0) as listening:
        local = settings.model_copy(update={"host": "127.0.0.1", "port": listening.getsockname()[1]})
        config = uvicorn.Config(
            create_app(local),
            log_config=None,
            access_log=False,
            proxy_headers=False,
            http=BoundedHeads,
            timeout_graceful_shutdown=_TO_SAY_SO,
        )
        server = _Beside(config)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn has nothing to wait for
            await asyncio.sleep(0.01)
        if not server.started:
            raise IndexUnavailable("The service beside it could not start.")
        try:
            yield server.lifespan.state["running"]
        finally:
            server.should_exit = True
            await serving


def run(settings: Settings, listening: socket.socket, parent: int | None = None) -> None:
    """Serve until told to stop, or until the process `parent` has gone.

    Raises:
        SystemExit: it could not start, and has said why.
    """
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        proxy_headers=False,  # who connected is who counts: X-Forwarded-For may say anything
        http=BoundedHeads,
        timeout_graceful_shutdown=math.ceil(settings.shutdown) + _TO_SAY_SO,
    )
    Server(config, app.state.stopping, settings.shutdown, settings.drain, parent).run(sockets=[listening])
