"""A fake Slack, and the real service that answers in it."""

from __future__ import annotations

import itertools
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from service.settings import Settings
from tests.fakes.running_app import serving, settings_over
from tests.fakes.slack.delivery import SIGNING_SECRET
from tests.fakes.slack.server import APP_TOKEN, BOT_TOKEN, FakeSlack, fake_slack
from tests.service.channels.conftest import ARTICLES

_NUMBERS = itertools.count(1)


def eventually(true: Callable[[], Any], seconds: float = 10) -> Any:
    """What it gives, once that is something."""
    ends = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.02)
    return found


def slack_settings(slack: FakeSlack, socket: bool = False, **more: Any) -> dict[str, Any]:
    told = {"bot_token": BOT_TOKEN, "signing_secret": SIGNING_SECRET, "api_url": slack.api}
    return {**told, **({"app_token": APP_TOKEN} if socket else {}), **more}


@dataclass
class Desk:
    """A workspace whose bot answers; `person` and `room` give new ones, so that tests do not meet."""

    slack: FakeSlack
    settings: Settings
    url: str
    members: set[str] = field(default_factory=set)

    def person(self, **about: Any) -> str:
        user = f"U{next(_NUMBERS):05d}"
        self.slack.user(user, **about)
        return user

    def room(self, *members: str, **about: Any) -> str:
        channel = f"C{next(_NUMBERS):05d}"
        self.slack.channel(channel, *members, **about)
        return channel

    def answers(self, channel: str, ts: str, count: int = 1) -> list[dict[str, Any]]:
        """The bot's messages in a thread, once there are so many and each is whole."""

        def whole() -> list[dict[str, Any]]:
            if len(self.slack.thread(channel, ts)) < count or self.under_way(channel):
                return []
            return self.slack.thread(channel, ts)  # as it is now that it is whole

        found: list[dict[str, Any]] = eventually(whole)
        return found

    def under_way(self, channel: str) -> bool:
        """Whether anything asked in a channel has no answer yet: what grows is no answer."""
        with closing(sqlite3.connect(f"file:{self.settings.data}/catalogue.db?mode=ro", uri=True)) as file:
            query = "SELECT count(*) FROM slack_asks WHERE channel = ? AND state IN ('waiting', 'answering')"
            return bool(file.execute(query, (channel,)).fetchone()[0])

    def whispers(self, user: str, containing: str) -> list[dict[str, Any]]:
        """What one person alone was shown, once it has these words in it."""
        found: list[dict[str, Any]] = eventually(
            lambda: [m for m in self.slack.whispers(user) if containing in shown(m)]
        )
        return found

    def quiet(self, seconds: float = 0.7) -> None:
        """Wait long enough for an answer that must not come."""
        self.slack.settle()
        time.sleep(seconds)


def shown(message: dict[str, Any]) -> str:
    """All words of a message."""

    def words(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            for name, one in value.items():
                if name == "text" and isinstance(one, str):
                    yield one
                yield from words(one)
        elif isinstance(value, list):
            for one in value:
                yield from words(one)

    return " ".join([*words(message), str(message.get("text", ""))])


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One for all tests that need no settings of their own; Slack asks over HTTP."""
    with ExitStack() as running:
        slack = running.enter_context(fake_slack())
        told = settings_over(tmp_path_factory.mktemp("slack"), ARTICLES, slack=slack_settings(slack))
        url = running.enter_context(serving(told))
        slack.delivery.addresses = [f"{url}/slack/events"]
        yield Desk(slack, told, url)


@pytest.fixture
def desk(workspace: Desk) -> Iterator[Desk]:
    """The workspace; no rule of Slack's may be broken meanwhile."""
    before = len(workspace.slack.violations)
    workspace.slack.delivery.repeats = 0
    yield workspace
    workspace.slack.settle()
    assert workspace.slack.violations[before:] == []


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    """A Slack of its own, for a test that says who answers in it; no rule of it may be broken."""
    with fake_slack() as one:
        yield one
        assert one.violations == []


@dataclass
class Opened:
    """Begins services over the same articles and the same data folder."""

    folder: Path
    slack: FakeSlack
    stack: ExitStack
    made: Settings | None = None

    def serve(self, socket: bool = False, **settings: Any) -> Desk:
        """A service that answers in the Slack of this test, until the test ends."""
        more = settings.pop("slack", {})
        told = settings_over(self.folder, ARTICLES, slack=slack_settings(self.slack, socket, **more), **settings)
        url = self.stack.enter_context(serving(told))
        self.slack.delivery.over_sockets = socket
        self.slack.delivery.addresses = [f"{url}/slack/events"]
        return Desk(self.slack, told, url)


@pytest.fixture
def opened(tmp_path: Path, slack: FakeSlack) -> Iterator[Opened]:
    with ExitStack() as stack:
        yield Opened(tmp_path, slack, stack)
