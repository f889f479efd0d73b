"""What an answer is to whoever reads it in the widget: on a page, at its markers, and copied."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote, urlsplit

from playwright.async_api import Browser, expect

from tests.fakes.browser import Chat
from tests.service.channels.heard import COURTESIES, Heard

# What the widget says of an outcome, and how its sentences are read with the numbers of their markers.
_LEADS = {"The articles do not answer this": "declined", "A part of the question is open": "partial"}
_SENTENCES = """(said) => {
  const sentences = [];
  for (const one of said.children) {
    if (one.matches("[part~=sentence]")) sentences.push([one.textContent.trim(), []]);
    for (const marker of one.querySelectorAll("[part~=marker]")) sentences.at(-1)[1].push(Number(marker.textContent));
  }
  return sentences;
}"""


async def a_page(browser: Browser, url: str) -> Chat:
    """A page with the chat in it; one of the service's own origin needs no token."""
    page = f'<!doctype html><html lang="en"><body><script src="{url}/widget.js" data-mode="inline"></script>'
    context = await browser.new_context(permissions=["clipboard-read", "clipboard-write"], reduced_motion="reduce")
    await context.route("**/host", lambda route: route.fulfill(body=page, content_type="text/html"))
    chat = Chat(await context.new_page())
    await chat.page.goto(f"{url}/host")
    return chat


async def over_the_widget(chat: Chat, question: str) -> Heard:
    """Asks in a conversation of its own."""
    if await chat.part("new").count():
        await chat.part("new").click()
        await expect(chat.part("turn")).to_have_count(0)
    answer = await chat.ask(question)
    said, text = answer.locator("[part~=sentences]"), await answer.inner_text()
    sentences = await said.evaluate(_SENTENCES) if await said.count() else []
    quotes = {n: await opened(chat, n) for n in sorted({n for _, numbers in sentences for n in numbers})}
    missing = answer.locator("section").filter(has_text="What is missing").locator("p")
    nearest = [urlsplit(str(await a.get_attribute("href"))) for a in await chat.part("nearest").locator("a").all()]
    await chat.part("copy").click()
    assert question not in COURTESIES or not any(says in text for says in _LEADS)
    return Heard(
        "declined"
        if question in COURTESIES and not sentences
        else next((outcome for says, outcome in _LEADS.items() if says in text), "answered"),
        tuple((text, tuple(numbers)) for text, numbers in sentences),
        quotes,
        tuple(await missing.all_inner_texts()),
        tuple(unquote(link.path.removeprefix("/articles/")) for link in nearest),
        str(await chat.page.evaluate("navigator.clipboard.readText()")),
    )


async def opened(chat: Chat, number: int) -> tuple[str, int, int, int, str, str]:
    """A citation as the popover at its marker shows it."""
    marker = chat.answer.locator("[part~=sentences] [part~=marker]").filter(has_text=re.compile(rf"^{number}$")).first
    await marker.click()
    link = urlsplit(str(await chat.popover.locator("a").first.get_attribute("href")))
    at = {name: int(values[0]) for name, values in parse_qs(link.query).items()}
    quote, title = await chat.part("quote").inner_text(), await chat.popover.locator("p").first.inner_text()
    await chat.page.keyboard.press("Escape")
    article = unquote(link.path.removeprefix("/articles/"))
    return article, at["version"], at["start"], at["end"], quote, title
