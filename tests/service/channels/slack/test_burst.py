"""Many questions at once, several processes, and what is left when one of them is killed."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.fakes.running_app import settings_over
from tests.fakes.serving import Serving, chroma, free_port
from tests.fakes.serving import serving as process
from tests.fakes.slack.people import MENTION
from tests.fakes.slack.server import FakeSlack
from tests.service.channels.conftest import ARTICLES
from tests.service.channels.slack.conftest import Desk, Opened, eventually, shown, slack_settings

pytestmark = pytest.mark.slow  # it waits for what takes its time

ASKED = {
    "How long is parental leave?": "20 weeks",
    "How long is annual leave?": "28 days",
    "What does soup cost?": "2 euros",
    "出差报销应当在多久内提交？": "十个工作日",
    "员工每年享有多少天年假？": "十五天",
}


@dataclass
class Burst:
    """Questions in many threads, several in each, and what is to be said there."""

    desk: Desk
    expected: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def ask(self, threads: int, each: int) -> None:
        """All at once: in channels by mentions, and in direct messages."""
        user = self.desk.person()
        words = list(ASKED.items())
        for n in range(threads):
            room = self.desk.room(user)
            root = None
            for m in range(each):
                question, says = words[(n + m) % len(words)]
                ts = self.desk.slack.says(user, room, f"{MENTION} {question}", thread=root)
                root = root or ts
                self.expected.setdefault((room, root), []).append(says)

    def said(self) -> dict[tuple[str, str], list[str]]:
        return {
            of: [next((s for s in ASKED.values() if s in shown(m)), shown(m)) for m in self.desk.slack.thread(*of)]
            for of in self.expected
        }

    def count(self) -> int:
        return sum(map(len, self.said().values()))

    def done(self, seconds: float, ordered: bool = True) -> None:
        """All are answered, in order, and none twice."""
        whole = sum(map(len, self.expected.values()))
        eventually(lambda: self.count() >= whole and not self.desk.slack.workspace.streaming, seconds)
        self.desk.quiet(1.5)
        kept = (lambda words: words) if ordered else sorted
        assert {of: kept(w) for of, w in self.said().items()} == {of: kept(w) for of, w in self.expected.items()}


def test_a_hundred_questions_at_once_are_answered_in_order(opened: Opened) -> None:
    burst = Burst(opened.serve())
    burst.ask(threads=25, each=4)
    burst.done(30)


@contextmanager
def two(folder: Path, slack: FakeSlack, socket: bool) -> Iterator[tuple[Desk, list[Serving]]]:
    """Two services over the same articles, beside a Chroma server."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with chroma(folder / "chroma", port), ExitStack() as stack:
        told = slack_settings(slack, socket, at_once=4)
        settings = settings_over(folder, ARTICLES, chroma_url=address, slack=told)
        variables = {f"FOOTNOTE_SLACK__{name.upper()}": str(value) for name, value in told.items()}
        serving = [
            stack.enter_context(process(settings.data, FOOTNOTE_CHROMA_URL=address, **variables)) for _ in range(2)
        ]
        slack.delivery.over_sockets = socket
        slack.delivery.addresses = [f"{one.url}/slack/events" for one in serving]
        yield Desk(slack, settings, serving[0].url), serving


@pytest.mark.slow
@pytest.mark.parametrize("socket", [False, True], ids=["http", "websocket"])
def test_none_of_a_hundred_is_lost_or_answered_twice_where_one_of_two_processes_is_killed(
    tmp_path: Path, slack: FakeSlack, socket: bool
) -> None:
    with two(tmp_path, slack, socket) as (desk, serving):
        slack.delivery.repeats = 1
        slack.slow |= {"chat.startStream": 0.05, "chat.stopStream": 0.05}
        burst = Burst(desk)
        if socket:
            eventually(lambda: len(slack.delivery.sockets) == 2)
        burst.ask(threads=25, each=4)
        slack.settle(30)
        eventually(lambda: burst.count() > 20, 30)
        serving[0].told(signal.SIGKILL)
        serving[0].process.wait(10)
        burst.done(60)
        # Kills may fall between a message and the note of it: what Slack was told of is the proof that it was done.
        assert slack.counted["chat.startStream"] + slack.counted["chat.postMessage"] <= 100 + 4


@pytest.mark.slow
def test_nothing_is_lost_where_a_process_is_killed_that_is_being_told(tmp_path: Path, slack: FakeSlack) -> None:
    """What it had not taken Slack sends again, and perhaps after what came later."""
    with two(tmp_path, slack, socket=False) as (desk, serving):
        burst = Burst(desk)
        burst.ask(threads=25, each=4)
        serving[0].told(signal.SIGKILL)
        serving[0].process.wait(10)
        burst.done(60, ordered=False)


@pytest.mark.slow
def test_nothing_is_lost_where_all_processes_are_killed(tmp_path: Path, slack: FakeSlack) -> None:
    with two(tmp_path, slack, socket=False) as (desk, serving):
        burst = Burst(desk)
        burst.ask(threads=25, each=4)
        slack.settle()
        for one in serving:
            one.told(signal.SIGKILL)
            one.process.wait(10)
        began = time.monotonic()
        with process(desk.settings.data, **_variables(desk, slack)) as again:
            slack.delivery.addresses = [f"{again.url}/slack/events"]
            burst.done(60)
        assert time.monotonic() - began < 60


def _variables(desk: Desk, slack: FakeSlack) -> dict[str, str]:
    told = slack_settings(slack, at_once=4)
    variables = {f"FOOTNOTE_SLACK__{name.upper()}": str(value) for name, value in told.items()}
    return {**variables, "FOOTNOTE_CHROMA_URL": str(desk.settings.chroma_url)}
