"""WCAG 2.2 AA: by keyboard alone, with a reader of screens, and what axe finds in every state."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.fakes.browser import Chat
from tests.fakes.openai_server import FakeOpenAI, Says, Stalls
from tests.service.widget.conftest import ROOT, Visit, World

QUESTION = "Who approves an expense claim of CNY 8,000?"
AXE = ROOT / "service/widget/node_modules/axe-core/axe.min.js"
FOCUSED = """() => {
  let on = document.activeElement;
  while (on?.shadowRoot?.activeElement) on = on.shadowRoot.activeElement;
  return on?.getAttribute("part") ?? on?.localName ?? "";
}"""

FINDS = """async () => {
  const runOnly = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const { violations } = await axe.run({ runOnly });
  return violations.filter(({ impact }) => impact === "serious" || impact === "critical").map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html, any }) => `${html.slice(0, 120)} ${any[0]?.message}`).join("; ")}`);
}"""


async def focused(chat: Chat) -> str:
    """The part that has the focus, or its element's name where it is no part."""
    return str(await chat.page.evaluate(FOCUSED))


async def test_from_the_launcher_to_a_citation_and_back_by_keyboard_alone(world: World, visit: Visit) -> None:
    chat = await visit(world.site.page("<a href='#'>before</a>"))
    keyboard = chat.page.keyboard
    await expect(chat.launcher).to_be_visible()
    await keyboard.press("Tab")
    await keyboard.press("Tab")
    assert await focused(chat) == "launcher"
    await keyboard.press("Enter")
    await expect(chat.input).to_be_focused()
    await keyboard.type(QUESTION)
    await keyboard.press("Enter")
    await expect(chat.part("actions")).to_have_count(1)
    assert await focused(chat) == "input"
    for _ in range(30):
        await keyboard.press("Shift+Tab")
        if await chat.marker().evaluate("marker => marker.matches(':focus')"):
            break
    await expect(chat.popover).to_be_visible()
    await keyboard.press("Enter")
    await expect(chat.popover).to_be_focused()
    await keyboard.press("Tab")
    async with chat.page.context.expect_page() as opening:
        await keyboard.press("Enter")
    await expect((await opening.value).locator("mark").first).to_be_visible()
    await keyboard.press("Escape")
    await expect(chat.marker()).to_be_focused()
    await keyboard.press("Escape")
    await expect(chat.panel).to_be_hidden()
    await expect(chat.launcher).to_be_focused()


async def test_focus_goes_round_in_the_open_panel_in_the_order_that_is_read(world: World, visit: Visit) -> None:
    chat = await visit(world.site.page("<a href='#'>before</a>"))
    await chat.open()
    await chat.ask(QUESTION)
    await chat.input.fill("x")
    await expect(chat.part("send")).to_be_enabled()
    seen = []
    for _ in range(60):
        await chat.page.keyboard.press("Tab")
        seen.append(await focused(chat))
        if seen[-1] == "input":
            break
    assert seen[-1] == "input"
    assert seen[0] == "send"
    order = ["send", "new", "close", "thread", "marker", "copy", "input"]
    firsts = [one for at, one in enumerate(seen) if one in order and one not in seen[:at]]
    assert firsts == order
    back = []
    for _ in range(60):
        await chat.page.keyboard.press("Shift+Tab")
        back.append(await focused(chat))
        if back[-1] == "input":
            break
    lasts = [one for at, one in enumerate(back) if one in order and one not in back[:at]]
    assert lasts == ["copy", "marker", "thread", "close", "new", "send", "input"]


async def test_what_is_said_of_the_parts_is_what_they_are(world: World, visit: Visit) -> None:
    chat = await visit(world.site.page(heading="Ask HR"))
    await expect(chat.launcher).to_have_attribute("aria-expanded", "false")
    await chat.open()
    page = chat.page
    await expect(page.get_by_role("dialog", name="Ask HR")).to_be_visible()
    await expect(page.get_by_role("textbox", name="Ask a question")).to_be_focused()
    await chat.ask(QUESTION)
    await expect(page.get_by_role("button", name="[1] Travel and expenses policy").first).to_be_visible()
    await expect(page.get_by_role("list", name="Sources")).to_be_visible()
    for name in ("Close", "New conversation", "Copy with sources", "Helpful answer", "Unhelpful answer"):
        await expect(page.get_by_role("button", name=name).first).to_be_visible()
    assert (
        await chat.element.get_by_role("button").evaluate_all(
            "all => all.filter((one) => !(one.getAttribute('aria-label') || one.textContent.trim())).length"
        )
        == 0
    )


async def test_what_is_said_and_what_is_said_of_it_are_each_in_their_language(world: World, visit: Visit) -> None:
    """WCAG 2.2, 3.1.2: readers of screens speak each with the voice of its language."""
    chat = await visit(world.site.page(lang="en"))
    await chat.open()
    answer = await chat.ask("直播订单的退货率是多少？")
    await chat.marker().click()
    spoken = {
        answer.locator("[part~=sentence]").first: "zh",
        chat.part("quote"): "zh",
        answer.locator("[part~=source] a").first.locator("bdi"): "zh",
        answer.get_by_text("Quoted word for word"): "en",
        answer.get_by_text("Sources", exact=True): "en",
        chat.popover.get_by_text("Supported by the quote"): "en",
        chat.popover.get_by_text("Open in the article"): "en",
    }
    for words, language in spoken.items():
        assert await words.evaluate("(one) => one.closest('[lang]').lang") == language, words


async def test_everything_to_press_is_large_enough(world: World, visit: Visit) -> None:
    """WCAG 2.5.8: 24 by 24 pixels, or as much room around."""
    chat = await visit(world.site.page(), viewport={"width": 390, "height": 800})
    await chat.open()
    await chat.ask("How many days do customers have to return a live-stream purchase?")
    await chat.marker().click()
    small = await chat.element.evaluate(
        """(element) => [...element.shadowRoot.querySelectorAll("button, textarea, input")].filter((one) => {
          const { width, height } = one.getBoundingClientRect();
          return width > 0 && (width < 23.9 || height < 23.9);
        }).map((one) => one.outerHTML.slice(0, 90))"""
    )
    assert small == []


State = Callable[[Chat, World, FakeOpenAI], Awaitable[None]]


async def empty(chat: Chat, world: World, model: FakeOpenAI) -> None:
    await chat.open()


async def closed(chat: Chat, world: World, model: FakeOpenAI) -> None:
    await expect(chat.launcher).to_be_visible()


async def searching(chat: Chat, world: World, model: FakeOpenAI) -> None:
    model.will(Stalls([]))
    await chat.open()
    await chat.send(QUESTION)
    await expect(chat.part("stop")).to_be_visible()


async def streaming(chat: Chat, world: World, model: FakeOpenAI) -> None:
    model.will(
        Stalls(["The line manager approves claims up to CNY 3,000 [1]. ", "The department head approves claims"])
    )
    await chat.open()
    await chat.send(QUESTION)
    await expect(chat.part("provisional")).to_be_visible()
    await expect(chat.marker()).to_be_visible()


async def stopped(chat: Chat, world: World, model: FakeOpenAI) -> None:
    await streaming(chat, world, model)
    await chat.part("stop").click()
    await expect(chat.answer.get_by_role("button", name="Ask again")).to_be_visible()


async def weak(chat: Chat, world: World, model: FakeOpenAI) -> None:
    model.will(
        Says(["The line manager approves claims up to CNY 3,000 [1].", " A department head signs larger ones [1]."])
    )
    await chat.open()
    await chat.ask(QUESTION)


async def cited(chat: Chat, world: World, model: FakeOpenAI) -> None:
    await weak(chat, world, model)
    await chat.marker().click()
    await expect(chat.popover).to_be_visible()


async def rated(chat: Chat, world: World, model: FakeOpenAI) -> None:
    await weak(chat, world, model)
    await chat.part("feedback-down").first.click()
    await expect(chat.part("feedback-form")).to_be_visible()


async def declined(chat: Chat, world: World, model: FakeOpenAI) -> None:
    await chat.open()
    await chat.ask("What did the mayor of Atlantis have for breakfast on Tuesday?")
    await expect(chat.answer).to_contain_text("do not answer")


async def in_conflict(chat: Chat, world: World, model: FakeOpenAI) -> None:
    model.will(Says(["A customer may return a live-stream purchase within 7 days of delivery [1]."]))
    await chat.open()
    await chat.ask("How many days do customers have to return a live-stream purchase?")
    await expect(chat.part("conflict")).to_be_visible()


async def expired(chat: Chat, world: World, model: FakeOpenAI) -> None:
    world.site.gives = 401
    await chat.open()
    await chat.send(QUESTION)
    await expect(chat.part("status")).to_contain_text("sign-in")
    chat.complaints.clear()


STATES: tuple[State, ...] = (
    closed,
    empty,
    searching,
    streaming,
    stopped,
    cited,
    rated,
    declined,
    in_conflict,
    expired,
)


@pytest_asyncio.fixture(loop_scope="session")
async def axe() -> AsyncIterator[str]:
    if not Path(AXE).exists():  # noqa: ASYNC240
        pytest.skip("axe-core is not installed: `make widget` does that")
    yield AXE.read_text("utf-8")


@pytest.mark.parametrize("state", STATES)
async def test_axe_finds_nothing_serious(
    written: World, model: FakeOpenAI, visit: Visit, axe: str, state: State
) -> None:
    page = written.site.page("<main><h1>Intranet</h1></main>", suggestions='["Which VPN client do I install?"]')
    chat = await visit(page, viewport={"width": 900, "height": 700})
    await state(chat, written, model)
    await chat.page.evaluate(axe)
    for scheme in ("light", "dark"):
        await chat.page.emulate_media(color_scheme=scheme)
        assert await chat.page.evaluate(FINDS) == [], scheme
    if state in (searching, streaming):
        await chat.part("stop").click()
