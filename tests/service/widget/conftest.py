"""One browser and one `footnote serve` over the example articles for all tests of a process, and sites around them."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext

from ingest.index import Catalogue, open_index
from ingest.job import Job, sources_of
from service.identity.key_store import KeyStore
from service.settings import Settings
from tests.fakes.browser import Chat, chromium
from tests.fakes.openai_server import FakeOpenAI
from tests.fakes.openai_server import running as talking
from tests.fakes.serving import Serving, answers, serving, until
from tests.fakes.widget_host import HostSite, hosting

ROOT = Path(__file__).resolve().parents[3]
HERE = Path(__file__).parent
SERVED = {"FOOTNOTE_EMBEDDING__PROVIDER": "local", "FOOTNOTE_LIMITS__PER_MINUTE": "0"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser lives as long as the session, so all of these share the session's loop."""
    shared = pytest.mark.asyncio(loop_scope="session")
    for item in items:
        if item.path.is_relative_to(HERE) and iscoroutinefunction(getattr(item, "function", None)):
            item.add_marker(shared, append=False)


@dataclass(frozen=True)
class World:
    """A service, a site that its widget stands on, and a key to look at what was kept."""

    service: Serving
    site: HostSite
    data: Path
    admin: str

    def kept(self, path: str, **parameters: str) -> Any:
        """What the API says, to whoever may see everything."""
        got = self.service.client.get(path, params=parameters, headers={"Authorization": f"Bearer {self.admin}"})
        assert got.status_code == 200, got.text
        return got.json()

    def told(self, path: str, **asked: str) -> Any:
        """What the API says to the visitor who was last given a token."""
        headers = {"Authorization": f"Bearer {self.site.minted[-1]['token']}", "Origin": self.site.url}
        got = self.service.client.request("POST" if asked else "GET", path, json=asked or None, headers=headers)
        assert got.status_code == 200, got.text
        return got.json()


@pytest.fixture(scope="session")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the example articles and those of `articles.json`, which are less well-behaved."""
    folder = tmp_path_factory.mktemp("widget")
    ready = folder / "articles.jsonl"
    others = json.loads((HERE / "articles.json").read_text("utf-8").replace("MARKERS", "[1]" * 10_000))
    ready.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in others), "utf-8")
    settings = Settings(data=folder / "data")
    index = open_index(settings, create=True)
    report = Job(index, settings).run(sources_of([ROOT / "examples/articles", ready]))
    index.catalogue.close()
    assert report.failed == [], report.failed
    return folder / "data"


@pytest.fixture(scope="session")
def world(articles: Path) -> Iterator[World]:
    """Closed, without a chat model: answers are quotes. Visitors are who their site says, with groups of its key."""
    with hosting() as site:
        yield from _world(articles, site, FOOTNOTE_AUTH__REQUIRED="true")


@pytest.fixture(scope="session")
def model() -> Iterator[FakeOpenAI]:
    with talking() as fake:
        yield fake


@pytest.fixture(scope="session")
def written(articles: Path, model: FakeOpenAI) -> Iterator[World]:
    """Open to everyone on this machine, and with a chat model that says what `model` is told."""
    data = articles.parent / "written"
    shutil.copytree(articles, data, ignore=shutil.ignore_patterns("owner.lock"))
    chat = {
        "FOOTNOTE_CHAT__BASE_URL": model.url,
        "FOOTNOTE_CHAT__MODEL": "fake",
        "OPENAI_API_KEY": "k",
        "FOOTNOTE_CACHE__ENABLED": "false",
        "FOOTNOTE_ANSWER__RESUME_WITHIN": "2",
    }
    with hosting() as site:
        yield from _world(data, site, **chat)


def _world(data: Path, site: HostSite, **settings: str) -> Iterator[World]:
    catalogue = Catalogue(data)
    keys = KeyStore(catalogue)
    site.key = keys.create("site", ["ask"], ["public", "hr"], [site.url])[1]
    admin = keys.create("admin", ["ask", "admin"], ["public", "hr"])[1]
    catalogue.close()
    with serving(data, FOOTNOTE_WIDGET__ORIGINS=site.url, **SERVED, **settings) as service:
        until(lambda: answers(f"{service.url}/readyz"))  # the first question waits for no model to load
        site.service = service.url
        yield World(service, site, data, admin)


@pytest.fixture(autouse=True)
def tokens_as_before(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a test has a site do with tokens ends with the test."""
    yield
    for name in ("world", "written"):
        if name in request.fixturenames:
            site = request.getfixturevalue(name).site
            site.gives, site.groups = None, None


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as started:
        yield started


Visit = Callable[..., Awaitable[Chat]]


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser: Browser) -> AsyncIterator[Visit]:
    """Open an address in a browser of its own, or in that of `beside`; keywords are Playwright's for a context.

    At the end nothing may have been complained of that the test has not taken out of `complaints`.
    """
    opened: list[BrowserContext] = []
    chats: list[Chat] = []

    async def open_page(url: str, beside: Chat | None = None, host: str = "footnote-chat", **options: Any) -> Chat:
        if beside is None:
            context = await browser.new_context(**{"locale": "en-GB", "reduced_motion": "reduce", **options})
            context.set_default_timeout(10_000)
            opened.append(context)
        else:
            context = beside.page.context
        chat = Chat(await context.new_page(), host)
        chats.append(chat)
        await chat.watch()
        await chat.page.goto(url)
        return chat

    yield open_page
    complaints = [one for chat in chats for one in chat.complaints]
    violations = [one for chat in chats if not chat.page.is_closed() for one in await chat.violations()]
    for context in opened:
        await context.close()
    assert complaints == []
    assert violations == []
