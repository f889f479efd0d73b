"""An Internet with one site, handbook.example."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.web import Internet, Site, site


@pytest.fixture
def server() -> Iterator[Site]:
    """The web server behind handbook.example."""
    with site() as served:
        yield served


@pytest.fixture
def internet(server: Site) -> Internet:
    """Names and addresses; handbook.example is at a public one."""
    internet = Internet()
    internet.host("handbook.example", server)
    return internet
