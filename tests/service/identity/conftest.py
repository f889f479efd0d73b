"""An empty catalogue, and whoever checks who asks over it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from ingest.index import Catalogue
from service.identity import Authenticator
from service.identity.key_store import KeyStore
from service.settings import Settings

OWNER = "owner-token"


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    opened = Catalogue(tmp_path / "data", create=True)
    yield opened
    opened.close()


@pytest.fixture
def keys(catalogue: Catalogue) -> KeyStore:
    """Beside the service, as commands have it."""
    return KeyStore(catalogue)


class Door:
    """Asks an authenticator who somebody is."""

    def __init__(self, authenticator: Authenticator) -> None:
        self.authenticator = authenticator

    async def __call__(self, bearer: str | None = None, client: str | None = "192.0.2.7", **headers: str) -> Any:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if bearer is not None:
            sent["authorization"] = f"Bearer {bearer}"
        return await self.authenticator.identify(sent, client)


@pytest.fixture
def opened(catalogue: Catalogue) -> Any:
    """`async with opened(auth={…}) as door`."""

    @asynccontextmanager
    async def running(**settings: Any) -> AsyncIterator[Door]:
        authenticator = Authenticator(Settings(data=catalogue.data, **settings), OWNER, catalogue)
        try:
            yield Door(authenticator)
        finally:
            await authenticator.close()

    return running
