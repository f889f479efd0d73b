"""Debian's Chromium, driven by Playwright, and a widget in it as its visitors see it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.async_api import Browser, ConsoleMessage, Locator, Page, async_playwright, expect

CHROMIUM = Path("/usr/bin/chromium")
THERE = CHROMIUM.exists()
# Taken at import: tests run without any variable that begins so.
REQUIRED = os.environ.get("WIDGET_TESTS") == "required"

_LISTEN = """
window.violations = [];
addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`), true);
"""


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A browser; without Chromium the test is skipped, or fails where it is required."""
    if not THERE:
        missing = f"there is no {CHROMIUM}; on Debian: apt-get install chromium"
        pytest.fail(missing) if REQUIRED else pytest.skip(missing)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        try:
            yield browser
        finally:
            await browser.close()


@dataclass
class Chat:
    """The widget on a page, and all that the browser complained of there."""

    page: Page
    host: str = "footnote-chat"
    complaints: list[str] = field(default_factory=list)

    async def watch(self) -> None:
        """Note errors on the console, exceptions that nobody caught, and what the page's policy has blocked."""

        def said(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning"):
                self.complaints.append(message.text)

        self.page.on("console", said)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        await self.page.add_init_script(_LISTEN)

    async def violations(self) -> list[str]:
        """What the page's policy has blocked."""
        return list(await self.page.evaluate("window.violations"))

    async def storage(self) -> str:
        """All that the page has left in the browser."""
        return str(await self.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])"))

    @property
    def element(self) -> Locator:
        return self.page.locator(self.host)

    def part(self, name: str) -> Locator:
        """What a page styles as `::part(name)`."""
        return self.element.locator(f"[part~='{name}']")

    @property
    def panel(self) -> Locator:
        return self.part("panel")

    @property
    def launcher(self) -> Locator:
        return self.part("launcher")

    @property
    def input(self) -> Locator:
        return self.part("input")

    @property
    def answer(self) -> Locator:
        """The last answer."""
        return self.part("answer").last

    @property
    def popover(self) -> Locator:
        return self.part("popover")

    def marker(self, at: int = 0) -> Locator:
        """A marker in the sentences of the last answer."""
        return self.answer.locator("[part~=sentences] [part~=marker]").nth(at)

    async def open(self) -> None:
        """Open the panel by its launcher."""
        await self.launcher.click()
        await expect(self.panel).to_be_visible()

    async def send(self, question: str) -> None:
        """Write a question and ask it, without waiting for what comes."""
        await self.input.fill(question)
        await self.input.press("Enter")

    async def ask(self, question: str, seconds: float = 15) -> Locator:
        """Ask and wait until the answer is whole; gives it."""
        before = await self.part("actions").count()
        await self.send(question)
        await expect(self.part("actions")).to_have_count(before + 1, timeout=seconds * 1000)
        return self.answer

    async def sentences(self) -> list[str]:
        """The sentences of the last answer, without markers."""
        return [text.strip() for text in await self.answer.locator("[part~=sentence]").all_inner_texts()]
