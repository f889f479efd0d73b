"""Citations are the point: what opens at a marker, however it is reached, and where it leads."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import expect

from tests.fakes.browser import Chat
from tests.service.widget.conftest import Visit, World

QUESTION = "Who approves an expense claim of CNY 8,000?"


async def asked(world: World, visit: Visit, question: str = QUESTION, **options: Any) -> tuple[Chat, dict[str, Any]]:
    """A page on which a question was answered, and its first citation as the service tells it."""
    chat = await visit(world.site.page(), **options)
    if options.get("has_touch"):
        await chat.launcher.tap()
    else:
        await chat.open()
    await chat.ask(question)
    return chat, world.told("/v1/ask", question=question)["citations"][0]


async def hover(chat: Chat) -> None:
    await chat.marker().hover()


async def focus(chat: Chat) -> None:
    await chat.part("thread").focus()
    for _ in range(10):
        await chat.page.keyboard.press("Tab")
        if await chat.marker().evaluate("marker => marker.matches(':focus')"):
            return
    raise AssertionError("Tab does not lead to the marker")


async def click(chat: Chat) -> None:
    await chat.marker().click()


async def enter(chat: Chat) -> None:
    await chat.marker().focus()
    await chat.page.keyboard.press("Enter")


@pytest.mark.parametrize("reach", [hover, focus, click, enter])
async def test_a_marker_opens_what_it_cites(world: World, visit: Visit, reach: Any) -> None:
    chat, cited = await asked(world, visit)
    await expect(chat.popover).to_have_count(0)
    await reach(chat)
    await expect(chat.popover).to_be_visible()
    await expect(chat.part("quote")).to_have_text(cited["quote"])
    for told in (cited["title"], cited["author"], "Jan 15, 2024", "Supported by the quote"):
        await expect(chat.popover).to_contain_text(told)
    await expect(chat.popover.locator("a").first).to_have_attribute("href", world.service.url + cited["link"])
    await chat.page.keyboard.press("Escape")
    await expect(chat.popover).to_have_count(0)
    await expect(chat.panel).to_be_visible()
    if reach is not hover:
        await expect(chat.marker()).to_be_focused()


async def test_a_tap_opens_it_and_another_closes_it(world: World, visit: Visit) -> None:
    chat, cited = await asked(world, visit, has_touch=True, is_mobile=True, viewport={"width": 390, "height": 800})
    await chat.marker().tap()
    await expect(chat.part("quote")).to_have_text(cited["quote"])
    box = await chat.popover.bounding_box()
    assert box and box["x"] >= 0 and box["x"] + box["width"] <= 390
    await chat.marker().tap()
    await expect(chat.popover).to_have_count(0)


async def test_it_stays_while_pointed_at_and_goes_afterwards(world: World, visit: Visit) -> None:
    chat, _ = await asked(world, visit)
    await chat.marker().hover()
    await chat.part("quote").hover()
    await chat.page.wait_for_timeout(400)
    await expect(chat.popover).to_be_visible()
    await chat.part("heading").hover()
    await expect(chat.popover).to_have_count(0)


async def test_a_click_elsewhere_closes_it(world: World, visit: Visit) -> None:
    chat, _ = await asked(world, visit)
    await chat.marker().click()
    await expect(chat.popover).to_be_visible()
    await chat.part("heading").click()
    await expect(chat.popover).to_have_count(0)


async def test_the_article_opens_with_exactly_the_quote_marked(world: World, visit: Visit) -> None:
    chat, cited = await asked(world, visit)
    await chat.marker().click()
    async with chat.page.context.expect_page() as opening:
        await chat.popover.get_by_role("link", name=re.compile("Open in the article")).click()
    article = await opening.value
    await expect(article.locator("mark").first).to_be_visible()
    marked = await article.locator("mark").all_inner_texts()
    assert "".join(marked) == cited["quote"]
    await expect(article.locator("mark").first).to_be_in_viewport()
    await expect(article).to_have_title(re.compile(re.escape(cited["title"])))
    assert await article.evaluate("[window.opener, document.referrer]") == [None, ""]


async def test_each_article_is_a_source_once_with_markers_of_all_its_quotes(world: World, visit: Visit) -> None:
    chat, _ = await asked(world, visit, "Why is live streaming invisible this 618?")
    told = world.told("/v1/ask", question="Why is live streaming invisible this 618?")
    articles = {cited["article_id"] for cited in told["citations"]}
    assert len(told["citations"]) > len(articles)
    await expect(chat.part("source")).to_have_count(len(articles))
    markers = chat.part("source").locator("[part~=marker]")
    await expect(markers).to_have_count(len(told["citations"]))
    await markers.last.click()
    await expect(chat.part("quote")).to_have_text(told["citations"][-1]["quote"])
