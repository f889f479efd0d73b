"""What people think of an answer and of its citations, as the service keeps it."""

from __future__ import annotations

from typing import Any

from playwright.async_api import expect

from tests.service.widget.conftest import Visit, World

QUESTION = "Which VPN client do I install?"


def newest(world: World, citation: bool = False) -> dict[str, Any] | None:
    """The feedback that came last."""
    lines = world.kept("/v1/feedback")["feedback"]
    return next((line for line in lines if (line["citation"] is not None) == citation), None)


async def test_a_thumb_counts_at_once_and_a_reason_is_added(world: World, visit: Visit) -> None:
    chat = await visit(world.site.page())
    await chat.open()
    await chat.ask(QUESTION)
    async with chat.page.expect_response(lambda response: response.url.endswith("/feedback")):
        await chat.part("feedback-down").first.click()
    kept = newest(world)
    assert kept and (kept["rating"], kept["reason"], kept["question"]) == ("down", None, QUESTION)
    assert kept["asker"].endswith(":li.wei")
    form = chat.part("feedback-form")
    await form.get_by_text("Out of date").click()
    await form.get_by_role("textbox").fill("  It is Passway 3 by now. 现在是新版。 ")
    async with chat.page.expect_response(lambda response: response.url.endswith("/feedback")):
        await form.get_by_role("button", name="Send").click()
    await expect(chat.panel).to_contain_text("feedback is kept")
    changed = newest(world)
    assert changed and (changed["id"], changed["reason"]) == (kept["id"], "outdated")
    assert changed["comment"] == "It is Passway 3 by now. 现在是新版。"
    await expect(chat.part("feedback-down").first).to_have_attribute("aria-pressed", "true")


async def test_a_citation_has_thumbs_of_its_own(world: World, visit: Visit) -> None:
    chat = await visit(world.site.page())
    await chat.open()
    await chat.ask(QUESTION)
    cited = world.told("/v1/ask", question=QUESTION)["citations"][0]
    await chat.marker().click()
    async with chat.page.expect_response(lambda response: response.url.endswith("/feedback")):
        await chat.popover.locator("[part~=feedback-up]").click()
    kept = newest(world, citation=True)
    assert kept and (kept["rating"], kept["citation"], kept["article_id"]) == ("up", 1, cited["article_id"])
    await expect(chat.popover).to_be_visible()


async def test_what_was_thought_is_there_again_after_a_reload(world: World, visit: Visit) -> None:
    chat = await visit(world.site.page())
    await chat.open()
    await chat.ask(QUESTION)
    async with chat.page.expect_response(lambda response: response.url.endswith("/feedback")):
        await chat.part("feedback-up").first.click()
    await chat.marker().click()
    async with chat.page.expect_response(lambda response: response.url.endswith("/feedback")):
        await chat.popover.locator("[part~=feedback-down]").click()
    await chat.page.reload()
    await expect(chat.part("feedback-up").first).to_have_attribute("aria-pressed", "true")
    await expect(chat.part("feedback-down").first).to_have_attribute("aria-pressed", "false")
    await chat.marker().click()
    await expect(chat.popover.locator("[part~=feedback-down]")).to_have_attribute("aria-pressed", "true")


async def test_feedback_that_is_not_taken_says_so_and_can_be_sent_again(world: World, visit: Visit) -> None:
    chat = await visit(world.site.page())
    await chat.open()
    await chat.ask(QUESTION)
    await chat.page.context.set_offline(True)
    await chat.part("feedback-up").first.click()
    await expect(chat.part("feedback-form")).to_contain_text("It could not be sent")
    await chat.page.context.set_offline(False)
    await chat.part("feedback-form").get_by_role("textbox").fill("sent late")
    await chat.part("feedback-form").get_by_role("button", name="Send").click()
    await expect(chat.panel).to_contain_text("feedback is kept")
    kept = newest(world)
    assert kept and (kept["rating"], kept["comment"]) == ("up", "sent late")
    assert all("ERR_INTERNET_DISCONNECTED" in one for one in chat.complaints)
    chat.complaints.clear()


async def test_nothing_covers_the_buttons_of_the_form(world: World, visit: Visit) -> None:
    chat = await visit(world.site.page(), viewport={"width": 320, "height": 640})
    await chat.open()
    await chat.ask(QUESTION)
    await chat.part("feedback-down").first.click()
    await expect(chat.part("feedback-form").locator("button").last).to_be_in_viewport(ratio=1)
    await expect(chat.part("newest")).to_be_visible()
    apart = await chat.element.evaluate(
        """({ shadowRoot: root }) => root.querySelector("[part=newest]").getBoundingClientRect().top
             - root.querySelector(".opinion .row").getBoundingClientRect().bottom"""
    )
    assert apart >= 0
