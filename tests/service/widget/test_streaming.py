"""An answer while a chat model writes it: provisional, settled sentence by sentence, stopped, cut off, taken up."""

from __future__ import annotations

import asyncio

from playwright.async_api import expect

from tests.fakes.breaking_proxy import proxying
from tests.fakes.openai_server import FakeOpenAI, Says, Stalls
from tests.fakes.serving import until
from tests.service.widget.conftest import Visit, World

QUESTION = "Who approves an expense claim of CNY 8,000?"
FIRST = "The department head approves claims above CNY 3,000 and up to CNY 20,000"
SECOND = "The line manager approves claims up to CNY 3,000"
WRITES = Says([FIRST, " [1].", f" {SECOND}", " [1]."], pause=0.2)
# Keeps the sentences as they are announced to readers of screens, with what was announced already.
LISTEN = """(log) => {
  window.announced = [];
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes)
      for (const node of addedNodes) if (node.textContent.trim()) window.announced.push(node.textContent.trim());
  }).observe(log, { childList: true, subtree: true, characterData: true });
}"""


async def test_text_is_provisional_until_its_sentence_is_checked(
    written: World, model: FakeOpenAI, visit: Visit
) -> None:
    model.will(Stalls([FIRST]))
    chat = await visit(written.site.page())
    await chat.open()
    await chat.send(QUESTION)
    await expect(chat.part("provisional")).to_contain_text("The department head approves")
    await expect(chat.answer.locator("[part~=sentence]")).to_have_count(0)
    await expect(chat.answer).to_have_attribute("aria-busy", "true")
    await chat.part("stop").click()
    model.will(Stalls([FIRST, " [1]. ", SECOND]))
    await chat.send(QUESTION)
    await expect(chat.answer.locator("[part~=sentence]")).to_have_text([f"{FIRST}."])
    await expect(chat.part("provisional")).to_contain_text("The line manager")
    await expect(chat.marker()).to_be_visible()
    await chat.part("stop").click()
    await expect(chat.part("provisional")).to_have_count(0)


async def test_settled_sentences_are_announced_once_each(written: World, model: FakeOpenAI, visit: Visit) -> None:
    model.will(WRITES)
    chat = await visit(written.site.page())
    await chat.open()
    log = chat.element.get_by_role("log")
    await expect(log).to_have_attribute("aria-live", "polite")
    await log.evaluate(LISTEN)
    await chat.ask(QUESTION)
    assert await chat.sentences() == [f"{FIRST}.", f"{SECOND}."]
    announced = await chat.page.evaluate("window.announced")
    assert [one for one in announced if "approves" in one] == [f"{FIRST}.", f"{SECOND}."]
    await chat.page.wait_for_timeout(100)
    assert await chat.page.evaluate("window.announced") == announced


async def test_stopping_stops_the_model_and_keeps_what_was_checked(
    written: World, model: FakeOpenAI, visit: Visit
) -> None:
    model.will(Stalls([FIRST, " [1]. ", SECOND]))
    await asyncio.to_thread(until, lambda: model.open == 0)  # what tests before have stopped
    model.hung_up.clear()
    chat = await visit(written.site.page())
    await chat.open()
    await chat.send(QUESTION)
    await expect(chat.answer.locator("[part~=sentence]")).to_have_count(1)
    assert not model.hung_up.is_set()
    async with chat.page.expect_response(lambda one: one.request.method == "DELETE") as stopping:
        await chat.part("stop").click()
    assert (await stopping.value).status == 204
    await expect(chat.answer).to_contain_text("Stopped")
    await expect(chat.answer.locator("[part~=sentence]")).to_have_text([f"{FIRST}."])
    assert await asyncio.to_thread(model.hung_up.wait, 10)
    model.will(WRITES)
    await chat.answer.get_by_role("button", name="Ask again").click()
    await expect(chat.part("actions")).to_have_count(1)
    await expect(chat.part("turn")).to_have_count(1)
    assert await chat.sentences() == [f"{FIRST}.", f"{SECOND}."]


async def test_a_connection_that_breaks_is_taken_up_without_asking_again(
    written: World, model: FakeOpenAI, visit: Visit
) -> None:
    model.will(Says([FIRST, " [1].", f" {SECOND}", " [1]."], pause=0.4))
    before = len(model.requests)
    with proxying(written.service.url) as proxy:
        proxy.cut_after, proxy.cuts = b"event: delta", 1
        chat = await visit(written.site.page(service=proxy.url))
        await chat.open()
        await chat.ask(QUESTION)
        assert await chat.sentences() == [f"{FIRST}.", f"{SECOND}."]
        assert proxy.cuts == 0
        assert proxy.seen.count("POST /v1/ask") == 1
        assert any(one.startswith("GET /v1/answers/ans_") for one in proxy.seen)
    assert len(model.requests) == before + 1
    await expect(chat.part("turn")).to_have_count(1)
    assert all("ERR_INCOMPLETE_CHUNKED_ENCODING" in one for one in chat.complaints)
    chat.complaints.clear()


async def test_an_answer_goes_on_where_the_page_is_reloaded(written: World, model: FakeOpenAI, visit: Visit) -> None:
    model.will(Says([FIRST, " [1].", f" {SECOND}", " [1]."], pause=0.4))
    before = len(model.requests)
    chat = await visit(written.site.page())
    await chat.open()
    await chat.send(QUESTION)
    await expect(chat.part("provisional")).to_be_visible()
    await chat.page.reload()
    await expect(chat.part("actions")).to_have_count(1)
    assert await chat.sentences() == [f"{FIRST}.", f"{SECOND}."]
    assert len(model.requests) == before + 1


async def test_a_sentence_that_is_borne_only_in_part_says_so_in_words(
    written: World, model: FakeOpenAI, visit: Visit
) -> None:
    model.will(Says([f"{SECOND} [1].", " A department head signs larger expense claims [1]."]))
    chat = await visit(written.site.page())
    await chat.open()
    answer = await chat.ask(QUESTION)
    weak = answer.locator("[part~=sentence][data-support=partial]")
    await expect(weak).to_have_count(1)
    await expect(answer.locator("[part~=verdict]")).to_have_text("partly supported")
    await chat.marker(1).click()
    await expect(chat.popover).to_contain_text("Partly supported by the quote")
    await chat.page.keyboard.press("Escape")
    apart = []
    for width in range(320, 480, 8):  # it stands beside what it is about, wherever lines break
        await chat.page.set_viewport_size({"width": width, "height": 700})
        tag, mark = await answer.locator("[part~=verdict]").bounding_box(), await chat.marker(1).bounding_box()
        assert tag and mark
        apart.append(abs(tag["y"] + tag["height"] / 2 - mark["y"] - mark["height"] / 2))
    assert max(apart) < 8
