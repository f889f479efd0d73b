"""Pictures of the chat widget's states, on the example intranet over the example articles, and when it is first seen.

    python -m benchmarks.widget_screenshots build/widget

Needs Chromium at /usr/bin/chromium. What a chat model writes is scripted.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, expect

from ingest.index import Catalogue, open_index
from ingest.job import Job, sources_of
from service.identity.key_store import KeyStore
from service.settings import Settings
from tests.fakes.browser import Chat, chromium
from tests.fakes.intranet import intranet
from tests.fakes.openai_server import FakeOpenAI, Says, Stalls, running
from tests.fakes.serving import free_port, serving

ARTICLES = Path(__file__).resolve().parents[1] / "examples/articles"
EXPENSES = "Who approves an expense claim of CNY 8,000?"
RETURNS = "How many days do customers have to return a live-stream purchase?"
WHY = "Why is live streaming invisible this 618?"
UNKNOWN = "How much does Larkfield pay towards a desk chair at home?"
CHINESE = "直播订单的退货率是多少？"
FIRST = "The line manager approves claims up to CNY 3,000 [1]. "
WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 320, "height": 640}


@dataclass(frozen=True)
class Studio:
    """Where pictures go, and two intranets: one whose answers are quotes, one with a chat model that is scripted."""

    folder: Path
    browser: Browser
    quoting: str
    writing: str
    model: FakeOpenAI

    @asynccontextmanager
    async def page(self, url: str, opened: bool = True, **options: Any) -> AsyncIterator[Chat]:
        """A page of its own."""
        context = await self.browser.new_context(**{"viewport": WIDE, "locale": "en-GB", **options})
        chat = Chat(await context.new_page())
        await chat.page.goto(url)
        if opened:
            await chat.open()
        yield chat
        await context.close()

    async def take(self, chat: Chat, name: str) -> None:
        """Take a picture of what is seen of the page."""
        await chat.page.wait_for_timeout(400)  # what moves has arrived
        await chat.page.screenshot(path=self.folder / f"{name}.png")
        print(self.folder / f"{name}.png")


async def answers(studio: Studio) -> None:
    """What is answered, cited, in conflict and declined."""
    async with studio.page(studio.quoting, opened=False) as chat:
        await studio.take(chat, "01-launcher")
        await chat.open()
        await studio.take(chat, "02-open")
        await chat.ask(WHY)
        await studio.take(chat, "03-answer")
        await chat.marker().click()
        await studio.take(chat, "04-citation")
        async with chat.page.context.expect_page() as opening:
            await chat.popover.locator("a").first.click()
        article = await opening.value
        await article.wait_for_load_state()
        await article.screenshot(path=studio.folder / "05-article.png")
    for name, question in (("06-conflict", RETURNS), ("07-declined", UNKNOWN)):
        async with studio.page(studio.quoting) as chat:
            await chat.ask(question)
            await studio.take(chat, name)
    async with studio.page(studio.quoting) as chat:
        await chat.ask(EXPENSES)
        await chat.part("feedback-down").first.click()
        await studio.take(chat, "08-feedback")
        await chat.ask("And who approves CNY 30,000?")
        await studio.take(chat, "09-follow-up")


async def writing(studio: Studio) -> None:
    """What is seen while a chat model writes."""
    async with studio.page(studio.writing) as chat:
        studio.model.will(Stalls([]))
        await chat.send(EXPENSES)
        await expect(chat.part("stop")).to_be_visible()
        await studio.take(chat, "10-searching")
        await chat.part("stop").click()
    async with studio.page(studio.writing) as chat:
        studio.model.will(Stalls([FIRST, "The department head approves claims above CNY 3,000 and"]))
        await chat.send(EXPENSES)
        await expect(chat.part("provisional")).to_be_visible()
        await expect(chat.marker()).to_be_visible()
        await studio.take(chat, "11-streaming")
        await chat.part("stop").click()
        await studio.take(chat, "12-stopped")
    async with studio.page(studio.writing) as chat:
        studio.model.will(Says([FIRST, "A department head signs larger expense claims [1]."]))
        await chat.ask(EXPENSES)
        await studio.take(chat, "13-partly-supported")


async def problems(studio: Studio) -> None:
    """What stands in the way."""
    async with studio.page(studio.quoting) as chat:
        await chat.ask(EXPENSES)
        await chat.page.context.set_offline(True)
        await chat.send("Which VPN client do I install?")
        await studio.take(chat, "14-offline")
    async with studio.page(studio.quoting) as chat:
        await chat.page.route("**/footnote-token", lambda route: route.fulfill(status=401, body="{}"))
        await chat.page.reload()
        await chat.send(EXPENSES)
        await studio.take(chat, "15-signed-out")


async def appearances(studio: Studio) -> None:
    """Dark, narrow, in Chinese, from right to left, inside of a page."""
    async with studio.page(studio.quoting, color_scheme="dark") as chat:
        await chat.ask(RETURNS)
        await studio.take(chat, "16-dark")
        await chat.marker().click()
        await studio.take(chat, "17-dark-citation")
    async with studio.page(studio.quoting, viewport=PHONE, has_touch=True, is_mobile=True) as chat:
        await chat.ask(RETURNS)
        await studio.take(chat, "18-320px")
        await chat.marker().tap()
        await studio.take(chat, "19-320px-citation")
    async with studio.page(f"{studio.quoting}/zh.html", locale="zh-CN") as chat:
        await chat.ask(CHINESE)
        await studio.take(chat, "20-zh-hans")
        await chat.element.evaluate("one => (one.lang = 'zh-TW')")
        await chat.marker().click()
        await studio.take(chat, "21-zh-hant")
    async with studio.page(studio.quoting) as chat:
        await chat.page.evaluate("document.documentElement.dir = 'rtl'")
        await chat.element.evaluate("one => (one.lang = 'ar')")
        await chat.ask(EXPENSES)
        await studio.take(chat, "22-right-to-left")
    for scheme in ("light", "dark"):
        async with studio.page(f"{studio.quoting}/ask.html", opened=False, color_scheme=scheme) as chat:
            if scheme == "light":
                await studio.take(chat, "23-inline-empty")
            await chat.ask(RETURNS)
            await studio.take(chat, f"24-inline-{scheme}")


async def first_paint(studio: Studio) -> None:
    """Print when the launcher can be used, counted from when its script has come; the median of five visits."""
    took = []
    for _ in range(5):
        async with studio.page("about:blank", opened=False) as chat:
            await chat.page.goto(studio.quoting)
            await expect(chat.launcher).to_be_visible()
            took.append(
                await chat.page.evaluate(
                    """async () => {
                      const painted = await new Promise((done) => new PerformanceObserver((all) => {
                        for (const one of all.getEntriesByName("first-contentful-paint")) done(one.startTime);
                      }).observe({ type: "paint", buffered: true }));
                      const script = performance.getEntriesByType("resource").find(({ name }) => name.endsWith(".js"));
                      return [script.responseEnd, painted];
                    }"""
                )
            )
    script, painted = sorted(took)[len(took) // 2]
    print(f"script there after {script:.0f} ms, page and launcher painted after {painted:.0f} ms (median of five)")


@contextmanager
def service(data: Path, **settings: str) -> Iterator[str]:
    """A service and the intranet beside it; gives the intranet's address."""
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    catalogue = Catalogue(data)
    key = KeyStore(catalogue).create("intranet", ["ask"], ["public"], [origin])[1]
    catalogue.close()
    chosen = {"FOOTNOTE_EMBEDDING__PROVIDER": "local", "FOOTNOTE_WIDGET__ORIGINS": origin, **settings}
    with serving(data, **chosen) as started, intranet(started.url, port, key) as url:
        yield url


async def pictures(folder: Path, work: Path) -> None:
    """Take all of them."""
    settings = Settings(data=work / "quoting")
    index = open_index(settings, create=True)
    Job(index, settings).run(sources_of([ARTICLES]))
    index.catalogue.close()
    shutil.copytree(work / "quoting", work / "writing", ignore=shutil.ignore_patterns("owner.lock"))
    with running() as model:
        chat = {"FOOTNOTE_CHAT__BASE_URL": model.url, "FOOTNOTE_CHAT__MODEL": "scripted", "OPENAI_API_KEY": "k"}
        with service(work / "quoting") as quoting, service(work / "writing", **chat) as written:
            async with chromium() as browser:
                studio = Studio(folder, browser, quoting, written, model)
                for take in (answers, writing, problems, appearances, first_paint):
                    await take(studio)


def main() -> None:
    """Take the pictures into a folder."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path)
    folder = options.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        asyncio.run(pictures(folder, Path(work)))


if __name__ == "__main__":
    main()
