"""Whatever articles, models or a service that was taken over say is text on the page, and leads nowhere but http(s)."""

from __future__ import annotations

import json
from typing import Any

from playwright.async_api import Route, expect

from tests.fakes.browser import Chat
from tests.service.widget.conftest import Visit, World

HARM = "<img src=x onerror=\"document.title='harmed'\"><script>document.title='harmed'</script>"
OVERRIDE = "\u202egnp.exe\u202c"
BIDI = [*map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))]


async def test_markup_of_an_article_is_text(world: World, visit: Visit) -> None:
    chat = await visit(world.site.page())
    await chat.open()
    answer = await chat.ask("What does the zeppelin payload cost on Sundays?")
    await expect(answer).to_contain_text("<script>document.title='harmed'</script> costs 40 euros")
    await chat.marker().click()
    await expect(chat.part("quote")).to_contain_text("<img src=x onerror=")
    await expect(chat.popover).to_contain_text("Zeppelin <img src=x onerror=document.title='harmed'> manual")
    await expect(chat.popover).to_contain_text("<script>document.title='harmed'</script>")
    assert await chat.element.locator("img, script, iframe, object").count() == 0
    assert await chat.page.title() == "A page"


def lies(**changed: Any) -> bytes:
    """The events of an answer that nobody should send."""
    cited = {
        "number": 1,
        "id": "cit_1",
        "article_id": "a",
        "version": 1,
        "title": HARM + OVERRIDE,
        "author": HARM + OVERRIDE,
        "url": "javascript:document.title='harmed'",
        "published_at": "2024-13-99T" + HARM,
        "section": HARM,
        "page": None,
        "quote": HARM,
        "start": 0,
        "end": 5,
        "link": "javascript:document.title='harmed'",
    }
    answer = {
        "id": "ans_1",
        "conversation_id": "con_1",
        "question": HARM,
        "language": '"><b>',
        "outcome": "answered",
        "mode": "generative",
        "text": HARM,
        "sentences": [{"text": HARM, "citations": [1], "support": "supported", "score": 1}],
        "citations": [cited, {**cited, "number": 2, "link": "data:text/html,<h1>harmed"}],
        "nearest": [{"article_id": "b", "title": HARM, "published_at": HARM, "link": " java\tscript:alert(1)"}],
        "conflicts": [{"citations": [1, 2], "newer": 2, "about": HARM}],
        "follow_ups": [HARM],
        "missing": [HARM],
        "notices": [HARM],
        **changed,
    }
    started = {"answer_id": "ans_1", "conversation_id": "con_1", "question": HARM, "language": "en"}
    events = [("started", started), ("nonsense", [1]), ("completed", answer)]
    body = "".join(f"event: {name}\ndata: {json.dumps(data)}\nid: ans_1.1\n\n" for name, data in events)
    return body.encode()


async def lying(chat: Chat, world: World, body: bytes) -> None:
    """Have every question on that page answered with these events."""

    async def lie(route: Route) -> None:
        cors = {"Access-Control-Allow-Origin": world.site.url}
        await route.fulfill(status=200, content_type="text/event-stream", headers=cors, body=body)

    await chat.page.route("**/v1/ask", lie)


async def test_what_turns_text_around_is_taken_out_where_it_is_shown(world: World, visit: Visit) -> None:
    chat = await visit(world.site.page())
    await lying(chat, world, lies(text=OVERRIDE, sentences=[], follow_ups=[], missing=[OVERRIDE], notices=[OVERRIDE]))
    await chat.open()
    await chat.ask(f"What is {OVERRIDE}?")
    shown = await chat.element.evaluate("(element) => element.shadowRoot.querySelector('.panel').textContent")
    assert [hex(ord(one)) for one in BIDI if one in shown] == []
    assert shown.count("gnp.exe") > 4


async def test_a_service_that_was_taken_over_gets_no_script_into_the_page(world: World, visit: Visit) -> None:
    chat = await visit(world.site.page())
    await lying(chat, world, lies())
    await chat.open()
    answer = await chat.ask(HARM)
    await expect(answer).to_contain_text(HARM)
    await chat.marker().click()
    await expect(chat.part("quote")).to_have_text(HARM)
    links = await chat.element.locator("a").evaluate_all("all => all.map((one) => one.href)")
    assert [link for link in links if not link.startswith(("http://", "https://"))] == []
    assert await chat.element.locator("img, script, iframe, b, h1").count() == 0
    await chat.page.keyboard.press("Escape")
    await chat.part("suggestion").first.click()
    await expect(chat.part("turn")).to_have_count(2)
    assert await chat.page.title() == "A page"


async def test_ten_thousand_markers_do_no_harm(world: World, visit: Visit) -> None:
    chat = await visit(world.site.page())
    many = 10_000
    cited = json.loads(lies().split(b"event: completed\ndata: ")[1].split(b"\nid:")[0])["citations"][0]
    body = lies(
        text="[1]" * many,
        sentences=[{"text": "[1]" * many, "citations": list(range(1, many + 1)), "support": "partial", "score": 0}],
        citations=[{**cited, "number": n, "article_id": f"a{n}"} for n in range(1, many + 1)],
        conflicts=[],
    )
    await lying(chat, world, body)
    await chat.open()
    answer = await chat.ask("How many?")
    await expect(answer.get_by_role("button", name="Show all 10,000 articles", exact=True)).to_be_visible()
    assert await chat.part("marker").count() < 200
    elements = await chat.element.evaluate("(element) => element.shadowRoot.querySelectorAll('*').length")
    assert elements < 2000
    frozen = await chat.page.evaluate(
        """() => new Promise((done) => {
          const at = performance.now();
          requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - at)));
        })"""
    )
    assert frozen < 500
    await chat.page.unroute("**/v1/ask")
    await expect(await chat.ask("Which VPN client do I install?")).to_contain_text("Passway")


async def test_an_article_of_ten_thousand_markers_is_asked_about(world: World, visit: Visit) -> None:
    chat = await visit(world.site.page())
    await chat.open()
    await chat.ask("What is the quagga index of the year?")
    assert await chat.part("marker").count() < 50
    await expect(await chat.ask("Which VPN client do I install?")).to_contain_text("Passway")


async def test_a_strict_page_needs_three_lines_and_blocks_nothing_of_it(world: World, visit: Visit) -> None:
    """Every test here runs on that page; this one shows that the page would say what it blocks."""
    chat = await visit(world.site.page("<p id=p>text</p>"))
    await chat.open()
    await chat.ask("Which VPN client do I install?")
    assert await chat.violations() == []
    await chat.page.evaluate("document.querySelector('#p').setAttribute('style', 'color: red')")
    await chat.page.wait_for_timeout(50)
    assert any("style-src" in one for one in await chat.violations())
    await chat.page.evaluate("window.violations = []")
    chat.complaints.clear()


async def test_the_page_loads_the_script_and_nothing_else(world: World, visit: Visit) -> None:
    chat = await visit("about:blank")
    asked: list[str] = []
    chat.page.on("request", lambda request: asked.append(request.url))
    url = world.site.page()
    await chat.page.goto(url)
    await expect(chat.launcher).to_be_visible()
    await chat.page.wait_for_load_state("networkidle")
    assert [one for one in asked if not one.startswith("data:")] == [url, f"{world.service.url}/widget.js"]
