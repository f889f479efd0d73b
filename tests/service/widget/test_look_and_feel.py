"""What makes the widget pleasant to use: writing, focus that is never lost, colours that can be read."""

from __future__ import annotations

import json

import pytest
from playwright.async_api import Locator, expect

from tests.fakes.browser import Chat
from tests.fakes.openai_server import FakeOpenAI, Says, Stalls
from tests.service.widget.conftest import Visit, World

QUESTION = "Who approves an expense claim of CNY 8,000?"
CONFLICT = "How many days do customers have to return a live-stream purchase?"
SENTENCE = "The department head approves claims above CNY 3,000 and up to CNY 20,000"
# Contrast of two colours as WCAG 2.2 defines it, with what lies below a colour that lets some of it through.
CONTRAST = """(one) => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const layers = [];
  for (let at = one; at; at = at.parentElement ?? at.getRootNode().host)
    layers.push(getComputedStyle(at).backgroundColor);
  const luminance = (colours) => {
    canvas.clearRect(0, 0, 1, 1);
    for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const below = ["white", ...layers.reverse()];
  const both = [luminance(below), luminance([...below, getComputedStyle(one).color])].sort((a, b) => b - a);
  return (both[0] + 0.05) / (both[1] + 0.05);
}"""


async def contrast(locator: Locator) -> float:
    """How well text can be told from what lies behind it: 1 to 21."""
    return float(await locator.evaluate(CONTRAST))


async def opened(world: World, visit: Visit, suggestions: str | None = None) -> Chat:
    """A page with the panel open."""
    chat = await visit(world.site.page(suggestions=suggestions), viewport={"width": 1000, "height": 760})
    await chat.open()
    return chat


async def test_the_enter_that_ends_a_composition_asks_nothing(world: World, visit: Visit) -> None:
    """Chinese is written by composing: Enter takes over what was composed."""
    chat = await opened(world, visit)
    await chat.input.fill("报销")
    for composing in ({"isComposing": True}, {"keyCode": 229}):
        press = {"key": "Enter", "bubbles": True, "composed": True, "cancelable": True, **composing}
        assert await chat.input.evaluate(
            "(field, press) => field.dispatchEvent(new KeyboardEvent('keydown', press))", press
        )
    await expect(chat.input).to_have_value("报销")
    await expect(chat.part("turn")).to_have_count(0)
    await chat.input.press("Enter")
    await expect(chat.part("turn")).to_have_count(1)
    await expect(chat.input).to_have_value("")


async def test_the_composer_grows_with_what_is_written_and_leaves_room(world: World, visit: Visit) -> None:
    chat = await opened(world, visit)
    heights = []
    for lines in (1, 4, 60):
        await chat.input.fill("")
        for _ in range(min(lines, 8)):
            await chat.input.press_sequentially("words")
            await chat.input.press("Shift+Enter")
        if lines > 8:
            await chat.input.fill("words\n" * lines)
        box = await chat.input.bounding_box()
        assert box
        heights.append(box["height"])
    assert heights[0] < heights[1] < heights[2] < 760 / 3
    await expect(chat.part("turn")).to_have_count(0)
    await chat.input.press("Enter")
    await expect(chat.part("question")).to_contain_text("words\nwords")
    after = await chat.input.bounding_box()
    assert after and after["height"] < heights[0]


async def test_focus_stays_in_the_panel_where_what_had_it_goes(written: World, model: FakeOpenAI, visit: Visit) -> None:
    model.will(Stalls([SENTENCE]))
    chat = await opened(written, visit, suggestions=json.dumps([QUESTION]))
    await chat.part("suggestion").focus()
    await chat.page.keyboard.press("Enter")
    await expect(chat.part("suggestion")).to_have_count(0)
    await expect(chat.input).to_be_focused()
    await expect(chat.part("provisional")).to_be_visible()
    await chat.part("stop").focus()
    await chat.page.keyboard.press("Enter")
    await expect(chat.part("stop")).to_have_count(0)
    await expect(chat.input).to_be_focused()
    await chat.answer.get_by_role("button", name="Ask again").focus()
    await chat.page.keyboard.press("Enter")
    await expect(chat.part("stop")).to_be_visible()
    await expect(chat.input).to_be_focused()
    await chat.part("stop").click()


async def test_an_answer_that_comes_while_the_panel_is_closed_is_announced_on_the_launcher(
    written: World, model: FakeOpenAI, visit: Visit
) -> None:
    model.will(Says([SENTENCE, " [1]."], pause=0.5))
    chat = await opened(written, visit)
    await chat.send(QUESTION)
    await chat.page.keyboard.press("Escape")
    await expect(chat.launcher).to_be_focused()
    await expect(chat.launcher).to_contain_text("A new answer has come")
    await chat.launcher.click()
    await expect(chat.answer).to_contain_text(SENTENCE)
    await chat.part("close").click()
    await expect(chat.launcher).not_to_contain_text("A new answer has come")


async def test_one_citation_is_open_at_a_time(world: World, visit: Visit) -> None:
    chat = await opened(world, visit)
    await chat.ask(CONFLICT)
    await chat.marker(0).click()
    await expect(chat.part("quote")).to_contain_text("within 7 days")
    await chat.marker(1).click()
    await expect(chat.part("quote")).to_have_count(1)
    await expect(chat.part("quote")).to_contain_text("within 15 days")
    await expect(chat.element.locator("[aria-expanded=true][part~=marker]")).to_have_count(1)


async def test_what_differs_between_articles_that_disagree_is_marked(world: World, visit: Visit) -> None:
    chat = await opened(world, visit)
    await chat.ask(CONFLICT)
    await expect(chat.part("conflict").locator("mark")).to_have_text(["7", "15"])


async def test_a_button_leads_to_the_newest_answer_once_it_is_out_of_sight(world: World, visit: Visit) -> None:
    chat = await opened(world, visit)
    for question in (CONFLICT, QUESTION):
        await chat.ask(question)
    await chat.part("thread").evaluate("(one) => one.scrollTo(0, 0)")
    await expect(chat.part("turn").last).not_to_be_in_viewport()
    await chat.part("newest").click()
    await expect(chat.part("actions").last).to_be_in_viewport()
    await expect(chat.part("newest")).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("accent", ["#ffd400", "#0f5c4d", "#d81b60", "#000", "#fff", "#7f7f7f", ""])
async def test_any_accent_can_be_read(world: World, visit: Visit, theme: str, accent: str) -> None:
    own = f"<style nonce='page'>footnote-chat {{ --footnote-accent: {accent} }}</style>" if accent else ""
    chat = await visit(world.site.page(head=own, theme=theme))
    assert await contrast(chat.launcher) >= 4.5
    await chat.open()
    await chat.ask(CONFLICT)
    await chat.input.fill("Another question")
    marker = chat.marker().locator("span")
    for one in (
        marker,
        chat.part("send"),
        chat.part("source").locator("a").first,
        chat.part("conflict").locator("a").first,
    ):
        assert await contrast(one) >= 4.5, await one.evaluate("(one) => one.outerHTML")
    await chat.marker().click()
    assert await contrast(marker) >= 4.5
    assert await contrast(chat.popover.locator("a").first) >= 4.5


async def test_colours_of_the_system_keep_its_outlines(world: World, visit: Visit) -> None:
    chat = await visit(world.site.page(), forced_colors="active")
    for part in ("launcher", "panel", "send"):
        if part != "launcher":
            await chat.element.evaluate("(one) => one.open()")
        assert await chat.part(part).evaluate("(one) => getComputedStyle(one).borderTopStyle") == "solid", part


async def test_an_answer_is_copied_on_pages_without_tls(world: World, visit: Visit) -> None:
    """Browsers give such a page no clipboard to write to."""
    chat = await visit(world.site.page())
    await chat.page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    await chat.open()
    await chat.ask(QUESTION)
    await chat.part("copy").click()
    await expect(chat.part("actions")).to_contain_text("Copied")
    await chat.input.focus()
    await chat.page.keyboard.press("Control+V")
    pasted = await chat.input.input_value()
    assert all(sentence in pasted for sentence in await chat.sentences())
    assert f"{world.service.url}/articles/expenses-policy" in pasted


async def test_a_quote_looks_the_same_wherever_it_is_opened(world: World, visit: Visit) -> None:
    chat = await opened(world, visit)
    answer = await chat.ask("How many days do customers have to return a live-stream purchase?")
    looks = []
    for place in ("sentences", "conflict", "sources"):
        await answer.locator(f"[part~={place}] [part~=marker]").first.click()
        await expect(chat.popover).to_be_visible()
        looks.append(
            await chat.popover.evaluate(
                """(popover) => [...popover.querySelectorAll("p:not(.verdict), blockquote, a")].map((one) => {
                  const { color, fontSize, fontWeight, textAlign, marginTop } = getComputedStyle(one);
                  return [one.className, color, fontSize, fontWeight, textAlign, marginTop];
                })"""
            )
        )
        await chat.page.keyboard.press("Escape")
    assert looks[1] == looks[0]
    assert looks[2] == looks[0]
