"""Asking on a page: from the launcher to an answer, and what becomes of a conversation when the page is left."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.service.widget.conftest import Visit, World

QUESTION = "Who approves an expense claim of CNY 8,000?"
CONFLICT = "How many days do customers have to return a live-stream purchase?"
UNKNOWN = "How much does Larkfield pay towards a desk chair at home?"


async def test_an_answer_is_what_the_service_says(world: World, visit: Visit) -> None:
    chat = await visit(world.site.page())
    await chat.open()
    await expect(chat.input).to_be_focused()
    answer = await chat.ask(QUESTION)
    told = world.told("/v1/ask", question=QUESTION)
    assert "department head" in told["text"]
    assert await chat.sentences() == [sentence["text"] for sentence in told["sentences"]]
    assert await answer.locator("[part~=sentences] [part~=marker]").all_inner_texts() == [
        str(number) for sentence in told["sentences"] for number in sentence["citations"]
    ]
    titles = {cited["title"] for cited in told["citations"]}
    assert {await link.inner_text() for link in await chat.part("source").locator("a").all()} == titles
    await expect(answer).to_contain_text("no chat model")
    await expect(answer).to_have_attribute("aria-busy", "false")


async def test_what_the_articles_do_not_answer_is_declined_with_the_nearest(world: World, visit: Visit) -> None:
    chat = await visit(world.site.page())
    await chat.open()
    answer = await chat.ask(UNKNOWN)
    await expect(answer).to_contain_text("The articles do not answer this")
    await expect(answer.locator("[part~=nearest] a").first).to_have_attribute(
        "href", re.compile(re.escape(world.service.url) + "/articles/")
    )
    assert await answer.locator("[part~=marker]").count() == 0
    said = await answer.inner_text()
    kept = world.told("/v1/ask", question=UNKNOWN)
    assert [said.count(one["title"]) for one in kept["nearest"]] == [1] * len(kept["nearest"])
    assert said.count("The articles do not answer this") == 1
    assert "Articles searched" in said and "Try naming" in said and "Nearest:" not in said


async def test_articles_that_disagree_are_shown_side_by_side_with_their_dates(world: World, visit: Visit) -> None:
    chat = await visit(world.site.page())
    await chat.open()
    await chat.ask(CONFLICT)
    card = chat.part("conflict")
    await expect(card).to_contain_text("The articles disagree")
    for said in ("7", "15", "Mar 11, 2024", "Apr 22, 2024", "newer"):
        await expect(card).to_contain_text(said)


async def test_a_question_of_the_page_is_asked_by_a_click_and_followed_up(world: World, visit: Visit) -> None:
    chat = await visit(world.site.page(suggestions='["Which VPN client do I install?"]'))
    await chat.open()
    await chat.part("suggestion").click()
    await expect(chat.answer).to_contain_text("Passway")
    follow_up = chat.part("suggestion").first
    said = (await follow_up.inner_text()).strip()
    await follow_up.click()
    await expect(chat.part("actions")).to_have_count(2)
    await expect(chat.part("question").last).to_contain_text(said)


async def test_a_follow_up_is_read_with_what_was_asked_before(world: World, visit: Visit) -> None:
    chat = await visit(world.site.page())
    await chat.open()
    await chat.ask("How many days of annual leave do I get after six years?")
    await chat.ask("And after two years?")
    (conversation,) = set(re.findall(r"con_\w+", await chat.storage()))
    first, second = world.told(f"/v1/conversations/{conversation}")["turns"]
    assert first["answer"]["outcome"] == "answered"
    assert "annual leave" in second["answer"]["standalone_question"]


async def test_an_answer_is_copied_with_its_sources(world: World, visit: Visit) -> None:
    chat = await visit(world.site.page(), permissions=["clipboard-read", "clipboard-write"])
    await chat.open()
    await chat.ask(QUESTION)
    await chat.part("copy").click()
    await expect(chat.part("actions")).to_contain_text("Copied")
    copied = await chat.page.evaluate("navigator.clipboard.readText()")
    for sentence in await chat.sentences():
        assert sentence in copied
    assert "[1]" in copied
    assert f"{world.service.url}/articles/expenses-policy" in copied


async def test_a_conversation_outlives_a_reload_and_a_change_of_page(world: World, visit: Visit) -> None:
    chat = await visit(world.site.page())
    await chat.open()
    await chat.ask(QUESTION)
    said = await chat.sentences()
    await chat.page.reload()
    await expect(chat.panel).to_be_visible()
    await expect(chat.part("actions")).to_have_count(1)
    assert await chat.sentences() == said
    await chat.page.goto(world.site.page())
    await expect(chat.part("actions")).to_have_count(1)
    await chat.ask("And who approves CNY 800?")
    await expect(chat.part("turn")).to_have_count(2)


async def test_a_new_conversation_knows_nothing_of_the_last(world: World, visit: Visit) -> None:
    chat = await visit(world.site.page())
    await chat.open()
    await chat.ask(QUESTION)
    await chat.part("new").click()
    await expect(chat.part("turn")).to_have_count(0)
    await expect(chat.input).to_be_focused()
    await chat.page.reload()
    await expect(chat.panel).to_be_visible()
    await expect(chat.part("empty")).to_be_visible()
    await chat.ask("Which VPN client do I install?")
    await expect(chat.part("turn")).to_have_count(1)


async def test_nothing_that_was_asked_or_answered_is_left_in_the_browser(world: World, visit: Visit) -> None:
    chat = await visit(world.site.page())
    await chat.open()
    await chat.ask(QUESTION)
    left = await chat.storage()
    assert "con_" in left
    assert "expense" not in left
    assert "fnw_" not in left


async def test_a_page_opens_asks_and_listens(world: World, visit: Visit) -> None:
    chat = await visit(world.site.page())
    await chat.page.evaluate(
        """() => {
          window.heard = [];
          for (const name of ["footnote-open", "footnote-close", "footnote-answer"])
            document.addEventListener(name, (event) => window.heard.push([name, event.detail?.outcome]));
          void document.querySelector("footnote-chat").ask("Which VPN client do I install?");
        }"""
    )
    await expect(chat.part("actions")).to_have_count(1)
    await chat.page.evaluate("document.querySelector('footnote-chat').close()")
    await expect(chat.panel).to_be_hidden()
    await expect(chat.launcher).to_be_focused()
    heard = await chat.page.evaluate("window.heard")
    assert heard == [["footnote-open", None], ["footnote-answer", "answered"], ["footnote-close", None]]


@pytest.mark.parametrize("tagged", [True, False])
async def test_inline_it_is_part_of_the_page(world: World, visit: Visit, tagged: bool) -> None:
    element = f'<footnote-chat mode="inline" service="{world.service.url}" token-url="/token"></footnote-chat>'
    url = world.site.page(mode="inline") if tagged else world.site.page(element, script=False)
    chat = await visit(url)
    await expect(chat.panel).to_be_visible()
    await expect(chat.launcher).to_have_count(0)
    await expect(chat.panel).to_have_attribute("role", "region")
    await expect(chat.input).not_to_be_focused()
    before = await chat.part("header").bounding_box()
    await chat.ask(QUESTION)
    await expect(chat.answer).to_contain_text("department head")
    assert await chat.part("header").bounding_box() == before  # although a button came into it
