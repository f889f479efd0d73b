"""One question, every channel: the same sentences, the same quotes, the same outcome.

A channel is a line of `Everywhere.channels`: what asks over it and gives what a reader is told as a `Heard`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.fakes.browser import REQUIRED, THERE, Chat, chromium
from tests.fakes.openai_server import FakeOpenAI, Says, running
from tests.fakes.running_app import serving, settings_over
from tests.fakes.slack.server import fake_slack
from tests.service.channels import heard
from tests.service.channels.conftest import ARTICLES
from tests.service.channels.heard import Heard
from tests.service.channels.heard_in_slack import PUBLIC, over_slack
from tests.service.channels.heard_in_widget import a_page, over_the_widget
from tests.service.channels.slack.conftest import Desk, slack_settings

pytestmark = pytest.mark.asyncio(loop_scope="module")
# What disagrees, and nobody else asks about.
DISAGREEING = [
    {
        "id": "handbook",
        "title": "Customer handbook",
        "text": "A customer may return a kayak within 7 days of delivery.",
        "published_at": "2024-03-11",
    },
    {
        "id": "river-terms",
        "title": "Terms of the river station",
        "text": "A customer may return a kayak within 15 days of delivery.",
        "published_at": "2024-04-22",
    },
]
QUESTIONS = (
    "Within how many days may a customer return a kayak?",
    "How long is parental leave?",
    "How long is parental leave, and where is the parking garage?",
    "What is the wifi password?",
    "May parental leave be taken in parts?",
    "How many days before do I tell my manager?",
    "Where is the form for parental leave?",
    "How long is annual leave?",
    "When does unused annual leave expire?",
    "When is lunch served?",
    "What does soup cost?",
    "What does soup cost, and who pays for coffee?",
    "Which printer is out of paper?",
    "What is out of paper on floor 3?",
    "Who is the chief executive?",
    "What did the board secretly buy?",
    "Is parental leave paid?",
    "Compare parental leave and annual leave.",
    "How much is a zeppelin?",
    "Thanks!",
    "出差报销应当在多久内提交？",
    "超过期限的报销单需要谁签字？",
    "员工每年享有多少天年假？",
    "员工每年享有多少天年假？健身房几点开门？",
    "未休的年假什么时候作废？",
    "公司停车场在哪里？",
    "年假可以休几天？",
    "报销单要交给谁？",
    "谁是公司的总经理？",
    "谢谢！",
    "午餐几点开始？",
    "How many days of annual leave do employees have in China?",
    "育儿假有多长？",
)
OUTCOMES = {
    "How long is parental leave?": "answered",
    "How long is parental leave, and where is the parking garage?": "partial",
    "What is the wifi password?": "declined",
    "出差报销应当在多久内提交？": "answered",
    "员工每年享有多少天年假？健身房几点开门？": "partial",
    "公司停车场在哪里？": "declined",
}


@dataclass(frozen=True)
class Everywhere:
    """One service and all its channels."""

    url: str
    desk: Desk
    chat: Chat | None

    @property
    def channels(self) -> Mapping[str, Callable[[str], Awaitable[Heard]]]:
        return {
            "json": lambda question: heard.over_json(self.url, question),
            "events": lambda question: heard.over_events(self.url, question),
            "chat completions": lambda question: heard.over_chat_completions(self.url, question),
            "chunks of chat completions": lambda question: heard.over_a_stream_of_chunks(self.url, question),
            "mcp": lambda question: heard.over_mcp(self.url, question),
            "slack": lambda question: asyncio.to_thread(over_slack, self.desk, question),
            **({"widget": lambda question: over_the_widget(self.chat, question)} if self.chat else {}),
        }

    async def ask(self, question: str) -> dict[str, Heard]:
        """What each channel tells."""
        told = await asyncio.gather(*(ask(question) for ask in self.channels.values()))
        return dict(zip(self.channels, told, strict=True))


@pytest.fixture(scope="module")
def model() -> Iterator[FakeOpenAI]:
    with running() as fake:
        yield fake


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Any]:
    """None without Chromium, where it is not required."""
    async with AsyncExitStack() as stack:
        yield await stack.enter_async_context(chromium()) if THERE or REQUIRED else None


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def extracts(tmp_path_factory: pytest.TempPathFactory, browser: Any) -> AsyncIterator[Everywhere]:
    """Without a chat model."""
    async for one in everywhere(tmp_path_factory.mktemp("same"), browser, embedding={}):
        yield one


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def written(
    tmp_path_factory: pytest.TempPathFactory, browser: Any, model: FakeOpenAI
) -> AsyncIterator[Everywhere]:
    """With a chat model."""
    chat = {"base_url": model.url, "model": "fake", "api_key": "k"}
    async for one in everywhere(tmp_path_factory.mktemp("written"), browser, chat=chat):
        yield one


async def everywhere(folder: Path, browser: Any, **settings: Any) -> AsyncIterator[Everywhere]:
    with ExitStack() as running:
        slack = running.enter_context(fake_slack())
        told = settings_over(
            folder,
            [*ARTICLES, *DISAGREEING],
            slack=slack_settings(slack),
            public_url=PUBLIC,
            cache={"enabled": False},
            limits={"per_minute": 0},
            **settings,
        )
        url = running.enter_context(serving(told))
        slack.delivery.addresses = [f"{url}/slack/events"]
        yield Everywhere(url, Desk(slack, told, url), await a_page(browser, url) if browser else None)
        slack.settle()
        assert slack.violations == []


async def test_there_are_at_least_thirty_questions() -> None:
    assert len(set(QUESTIONS)) >= 30
    assert set(OUTCOMES) <= set(QUESTIONS)


async def test_every_channel_names_what_disagrees(extracts: Everywhere) -> None:
    told = await extracts.ask(QUESTIONS[0])
    assert_alike(told)
    assert {article for article, *_ in told["json"].quotes.values()} == {"handbook", "river-terms"}
    assert "disagree" in told["json"].sentences[-1][0]


@pytest.mark.parametrize("question", QUESTIONS)
async def test_every_channel_tells_the_same(extracts: Everywhere, question: str) -> None:
    told = await extracts.ask(question)
    first = told["json"]
    assert first.outcome == OUTCOMES.get(question, first.outcome)
    assert_alike(told)
    for name, one in told.items():
        assert one.shown is None or one.shown.startswith(first.shown or "-"), name
    assert len({told[name].shown for name in ("chat completions", "chunks of chat completions", "mcp")}) == 1


async def test_every_channel_tells_the_same_of_what_a_model_wrote(written: Everywhere, model: FakeOpenAI) -> None:
    model.will(Says(["Parental leave is 20 weeks at full pay [1].", " It may be taken in up to three parts [1]."]))
    told = await written.ask("How long is parental leave?")
    assert len(model.requests) == len(told)
    assert_alike(told)
    assert "It may be taken in up to three parts" in (told["json"].shown or "")


def assert_alike(told: Mapping[str, Heard]) -> None:
    first = told["json"]
    for name, one in told.items():
        assert (name, one.outcome, one.missing, one.nearest) == (name, first.outcome, first.missing, first.nearest)
        assert (name, one.sentences, one.quotes) == (name, first.sentences, first.quotes)


async def test_every_quote_stands_in_its_article(extracts: Everywhere) -> None:
    for name, one in (await extracts.ask("How long is parental leave?")).items():
        assert one.quotes, name
        async with httpx.AsyncClient(base_url=extracts.url, trust_env=False) as client:
            for article_id, version, start, end, quote, _ in one.quotes.values():
                article = (await client.get(f"/v1/articles/{article_id}", params={"version": version})).json()
                assert article["text"][start:end] == quote, name
