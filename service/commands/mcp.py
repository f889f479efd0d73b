"""`footnote mcp`: the tools of the Model Context Protocol for a program on this machine, over stdin and stdout."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.commands import shared

if TYPE_CHECKING:
    from ingest.index.owner import Running
    from service.channels.mcp.desk import Desk
    from service.settings import Settings

Groups = Annotated[list[str] | None, typer.Option("--group", help="Ask as a member of this group; repeatable.")]


def mcp(groups: Groups = None, data: shared.Data = None) -> None:
    """Let an agent on this machine ask, search and read, over stdin and stdout."""
    from service.settings import Settings

    with shared.told():
        settings = Settings.load(data=data)
        from service.telemetry.logs import set_up

        set_up(settings)
        asyncio.run(_served(settings, tuple(groups or ("public",))))


async def _served(settings: Settings, groups: tuple[str, ...]) -> None:
    """Until stdin ends, or a signal."""
    from service.channels.mcp.server import build_server

    told, loop = asyncio.Event(), asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, told.set)
    async with _desk(settings, groups) as desk:
        serving = asyncio.create_task(build_server(lambda _: desk).run_stdio_async())
        stopping = asyncio.create_task(told.wait())
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if told.is_set():
        os._exit(0)  # a thread waits for stdin, and nothing can wake it
    await serving


@asynccontextmanager
async def _desk(settings: Settings, groups: tuple[str, ...]) -> AsyncIterator[Desk]:
    """Through the service that owns the data folder, or as one: other commands then go through this process."""
    from ingest.index import Catalogue
    from service.channels.mcp.desk import Here, There
    from service.identity import Identity
    from service.serving.run import beside

    asker, owner = Identity(groups), _owner(settings)
    if owner is None:
        async with beside(settings) as running:
            base = settings.public_url or f"http://127.0.0.1:{running.settings.port}"
            yield Here(running.gateway, running.index.catalogue, asker, base)
        return
    shared.say_through(owner.address)
    catalogue = Catalogue(settings.data)
    try:
        yield There(lambda: _owner(settings) or owner, catalogue, asker)
    finally:
        catalogue.close()


def _owner(settings: Settings) -> Running | None:
    """The service that owns the data folder; None where nobody does.

    Raises:
        InUse: a command that is no service has it now.
    """
    from ingest.index.owner import InUse

    try:
        with shared.owned(settings, "footnote mcp"):
            return None
    except InUse as busy:
        if busy.running is None:
            raise
        return busy.running
