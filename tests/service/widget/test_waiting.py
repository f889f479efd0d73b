"""What stands in the way of an answer is said in words, and goes on by itself."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.fakes.breaking_proxy import proxying
from tests.service.widget.conftest import Visit, World

pytestmark = pytest.mark.slow  # it waits for what takes its time

QUESTION = "Which VPN client do I install?"


async def test_offline_it_says_so_and_asks_once_the_network_is_back(world: World, visit: Visit) -> None:
    chat = await visit(world.site.page())
    await chat.open()
    await chat.ask("Who approves an expense claim of CNY 8,000?")
    await chat.page.context.set_offline(True)
    await chat.send(QUESTION)
    await expect(chat.part("status")).to_contain_text("You are offline")
    await expect(chat.part("question").last).to_contain_text(QUESTION)
    await chat.page.context.set_offline(False)
    await expect(chat.part("actions")).to_have_count(2)
    await expect(chat.answer).to_contain_text("Passway")
    await expect(chat.part("status")).to_have_text("")
    assert all("ERR_INTERNET_DISCONNECTED" in one for one in chat.complaints)
    chat.complaints.clear()


@pytest.mark.parametrize(("status", "says"), [(429, "busy"), (503, "busy"), (502, "connection")])
async def test_a_busy_service_is_asked_again_when_it_says(world: World, visit: Visit, status: int, says: str) -> None:
    with proxying(world.service.url) as proxy:
        proxy.refuses, proxy.status = 2, status
        chat = await visit(world.site.page(service=proxy.url))
        await chat.open()
        await chat.send(QUESTION)
        await expect(chat.part("status")).to_contain_text(says)
        await expect(chat.part("actions")).to_have_count(1)
        await expect(chat.answer).to_contain_text("Passway")
        assert proxy.seen.count("POST /v1/ask") == 3
    await expect(chat.part("turn")).to_have_count(1)
    assert all(str(status) in one for one in chat.complaints) and chat.complaints
    chat.complaints.clear()


async def test_somebody_who_does_not_want_to_wait_tries_at_once_or_gives_up(world: World, visit: Visit) -> None:
    with proxying(world.service.url) as proxy:
        proxy.refuses, proxy.retry_after = 1, "60"
        chat = await visit(world.site.page(service=proxy.url))
        await chat.open()
        await chat.send(QUESTION)
        await expect(chat.part("status")).to_contain_text(re.compile(r"in (5\d|6\d) seconds"))
        await chat.part("status").get_by_role("button", name="Try now").click()
        await expect(chat.part("actions")).to_have_count(1)
        proxy.refuses = 1
        await chat.send("Who approves an expense claim of CNY 8,000?")
        await expect(chat.part("status")).to_contain_text("busy")
        await chat.part("stop").click()
        await expect(chat.part("status")).to_have_text("")
        await expect(chat.answer).to_contain_text("Stopped")
        assert proxy.seen.count("POST /v1/ask") == 3
    chat.complaints.clear()


async def test_a_question_that_cannot_be_asked_is_told_in_words_of_the_service(world: World, visit: Visit) -> None:
    chat = await visit(world.site.page())
    await chat.open()
    await chat.input.evaluate("field => field.removeAttribute('maxlength')")
    await chat.send("why " * 2000)
    problem = chat.part("problem")
    await expect(problem).to_contain_text("cannot be asked")
    await expect(problem).to_contain_text("2,000")
    assert all("422" in one or "413" in one or "400" in one for one in chat.complaints) and chat.complaints
    chat.complaints.clear()


async def test_a_browser_that_keeps_nothing_still_has_a_conversation(world: World, visit: Visit) -> None:
    chat = await visit("about:blank")
    await chat.page.add_init_script(
        """for (const name of ["localStorage", "sessionStorage"])
             Object.defineProperty(window, name, { get() { throw new DOMException("no", "SecurityError"); } });"""
    )
    await chat.page.goto(world.site.page())
    await chat.open()
    await chat.ask(QUESTION)
    await chat.ask("Who approves an expense claim of CNY 8,000?")
    await expect(chat.part("turn")).to_have_count(2)
