"""The widget on pages of others: dark, narrow, magnified, in other scripts, with hostile styles, beside another."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.async_api import Locator, expect

from tests.fakes.browser import Chat
from tests.fakes.widget_host import STRICT
from tests.service.widget.conftest import Visit, World

QUESTION = "Who approves an expense claim of CNY 8,000?"
# A page that means no harm, and one that resets everything there is.
HOSTILE = """<style nonce="page">
  * { all: unset !important; display: inline !important; position: static !important; color: #f0f !important;
      background: #0f0 !important; font: 61px/1 fantasy !important; letter-spacing: 9px !important;
      transform: rotate(9deg) !important; text-transform: uppercase !important; visibility: hidden !important;
      pointer-events: none !important; direction: rtl !important; float: left !important;
      clip-path: inset(40%) !important }
  button, textarea, a, p, div, section, header, footer { display: none !important; width: 3px !important }
  html, body { display: block !important; visibility: visible !important; clip-path: none !important;
      transform: none !important; pointer-events: auto !important }
</style>"""


async def style(locator: Locator, name: str) -> str:
    """A computed property."""
    return str(await locator.evaluate("(one, name) => getComputedStyle(one).getPropertyValue(name)", name))


async def lightness(locator: Locator, name: str) -> float:
    """How light a computed colour is, from 0 to 1, as the screen shows it."""
    colour = await style(locator, name)
    found = await locator.page.evaluate(
        """(colour) => {
          const canvas = document.createElement("canvas").getContext("2d");
          canvas.fillStyle = colour;
          canvas.fillRect(0, 0, 1, 1);
          const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
          return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
        }""",
        colour,
    )
    return float(found)


async def assert_nothing_sticks_out(chat: Chat) -> None:
    """No part of the open widget is wider than what is seen of the page, nor scrolls sideways."""
    wide = await chat.page.evaluate("innerWidth")
    out = await chat.element.evaluate(
        """(element, wide) => [...element.shadowRoot.querySelectorAll(".panel, .panel *")].filter((one) => {
          const { left, right, width } = one.getBoundingClientRect();
          return width > 1 && (left < -0.5 || right > wide + 0.5);
        }).map((one) => one.outerHTML.slice(0, 90))""",
        wide,
    )
    assert out == []
    scrolls = await chat.part("thread").evaluate("(one) => one.scrollWidth - one.clientWidth")
    assert scrolls <= 0
    assert await chat.page.evaluate("document.documentElement.scrollWidth") <= wide


@pytest.mark.parametrize(
    ("theme", "scheme", "dark"),
    [("auto", "dark", True), ("auto", "light", False), ("dark", "light", True), ("light", "dark", False)],
)
async def test_it_is_dark_where_it_is_asked_to_be(
    world: World, visit: Visit, theme: str, scheme: str, dark: bool
) -> None:
    chat = await visit(world.site.page(theme=theme), color_scheme=scheme)
    await chat.open()
    await chat.ask(QUESTION)
    paper, ink = await lightness(chat.panel, "background-color"), await lightness(chat.answer, "color")
    assert (paper < 0.2 and ink > 0.7) if dark else (paper > 0.9 and ink < 0.2)


@pytest.mark.parametrize(
    "screen",
    [
        {"viewport": {"width": 320, "height": 568}},
        # What is left of 1280 by 1024 where everything is magnified to 200 % and to 400 % (WCAG 1.4.4, 1.4.10).
        {"viewport": {"width": 640, "height": 512}, "device_scale_factor": 2},
        {"viewport": {"width": 320, "height": 256}, "device_scale_factor": 4},
    ],
    ids=["320 px", "200 %", "400 %"],
)
@pytest.mark.parametrize("mode", ["launcher", "inline"])
async def test_it_fits(world: World, visit: Visit, screen: dict[str, Any], mode: str) -> None:
    chat = await visit(world.site.page(mode=mode), **screen)
    if mode == "launcher":
        await chat.open()
    await chat.ask("How many days do customers have to return a live-stream purchase?")
    await assert_nothing_sticks_out(chat)
    await chat.marker().click()
    box = await chat.popover.bounding_box()
    wide, high = screen["viewport"].values()
    assert box and box["x"] >= 0 and box["x"] + box["width"] <= wide
    assert box["y"] >= 0 and box["y"] + box["height"] <= high
    await chat.page.keyboard.press("Escape")
    if mode == "launcher":
        await expect(chat.part("close")).to_be_in_viewport()
        await expect(chat.input).to_be_in_viewport()
    else:
        panel = await chat.panel.bounding_box()
        assert panel and panel["height"] <= high


async def test_larger_text_of_the_reader_does_not_break_it(world: World, visit: Visit) -> None:
    """WCAG 1.4.12: spacing that a reader sets, and text twice as large."""
    spaced = "<style nonce='page'>footnote-chat { --footnote-font-size: 30px }</style>"
    chat = await visit(world.site.page(head=spaced), viewport={"width": 640, "height": 800})
    await chat.open()
    await chat.ask(QUESTION)
    assert await style(chat.answer.locator("[part~=sentences]"), "font-size") == "30px"
    await assert_nothing_sticks_out(chat)


@pytest.mark.parametrize(
    ("lang", "placeholder", "extractive", "asks"),
    [
        ("zh-CN", "问", "原文", "直播订单的退货率是多少？"),
        ("zh-TW", "問", "原文", "直播订单的退货率是多少？"),
        ("de", "Ask", "no chat model", QUESTION),
    ],
)
async def test_it_speaks_the_language_of_the_page(
    world: World, visit: Visit, lang: str, placeholder: str, extractive: str, asks: str
) -> None:
    chat = await visit(world.site.page(lang=lang))
    await chat.open()
    assert placeholder in str(await chat.input.get_attribute("placeholder"))
    answer = await chat.ask(asks)
    await expect(answer).to_contain_text(extractive)
    shown = await chat.part("root").get_attribute("lang")
    assert shown == ("en" if lang == "de" else lang)


async def test_a_page_has_texts_of_its_own(world: World, visit: Visit) -> None:
    texts = {"placeholder": "Ask Larkfield", "de": {"send": "Fragen", "sources": "Quellen"}}
    chat = await visit(world.site.page(lang="de", heading="Frag <b>uns</b>", texts=json.dumps(texts)))
    await chat.open()
    await expect(chat.part("heading")).to_have_text("Frag <b>uns</b>")
    await expect(chat.input).to_have_attribute("placeholder", "Ask Larkfield")
    await expect(chat.part("send")).to_have_attribute("aria-label", "Fragen")
    await expect(await chat.ask(QUESTION)).to_contain_text("Quellen")


async def test_from_right_to_left_everything_is_mirrored(world: World, visit: Visit) -> None:
    chat = await visit(world.site.page(lang="ar", direction="rtl"), viewport={"width": 1280, "height": 800})
    launcher = await chat.launcher.bounding_box()
    assert launcher and launcher["x"] < 200
    await chat.open()
    for part in ("heading", "empty"):  # words that go the other way stand where lines begin all the same
        edges = (
            await chat.part(part)
            .locator("bdi")
            .first.evaluate(
                "(one) => one.parentElement.getBoundingClientRect().right - one.getBoundingClientRect().right"
            )
        )
        assert abs(edges) < 1, part
    answer = await chat.ask("كم يوما إجازة سنوية لكل موظف؟")
    await expect(answer.locator("[part~=sentences]")).to_have_attribute("dir", "rtl")
    await expect(answer).to_contain_text("ثلاثون")
    field, send = await chat.input.bounding_box(), await chat.part("send").bounding_box()
    assert field and send and send["x"] < field["x"] + field["width"] / 2
    await assert_nothing_sticks_out(chat)
    english = await chat.ask(QUESTION)
    await expect(english.locator("[part~=sentences]")).to_have_attribute("dir", "ltr")


async def test_styles_of_the_page_do_not_get_in(world: World, visit: Visit) -> None:
    plain = await visit(world.site.page(), viewport={"width": 1000, "height": 700})
    hostile = await visit(world.site.page("<p>page</p>", head=HOSTILE), viewport={"width": 1000, "height": 700})
    boxes = []
    for chat in (plain, hostile):
        await expect(chat.launcher).to_be_visible()
        boxes.append([await chat.launcher.bounding_box()])
        await chat.open()
        await chat.ask(QUESTION)
        for part in ("panel", "heading", "answer", "input", "send", "close", "copy"):
            one = chat.part(part).last
            styles = [await style(one, name) for name in ("color", "font", "letter-spacing", "direction", "display")]
            boxes[-1].append(await one.bounding_box())
            boxes[-1].append(styles)  # type: ignore[arg-type]
        await chat.marker().click()
        await expect(chat.popover).to_be_visible()
        boxes[-1].append(await chat.popover.bounding_box())
    assert boxes[0] == boxes[1]


async def test_a_page_styles_it_by_properties_and_parts(world: World, visit: Visit) -> None:
    styles = """<style nonce="page">
      footnote-chat { --footnote-accent: #0f5c4d; --footnote-radius: 3px; --footnote-font: serif }
      footnote-chat::part(heading) { font-variant: small-caps }
    </style>"""
    chat = await visit(world.site.page(head=styles))
    assert await style(chat.launcher, "background-color") == "rgb(15, 92, 77)"
    await chat.open()
    assert await style(chat.panel, "border-top-left-radius") == "3px"
    assert await style(chat.part("heading"), "font-variant") == "small-caps"
    assert await style(await chat.ask(QUESTION), "font-family") == "serif"


async def test_two_on_one_page_have_conversations_of_their_own(world: World, visit: Visit) -> None:
    two = "".join(
        f'<footnote-chat id="{name}" name="{name}" mode="inline" service="{world.service.url}" token-url="/token">'
        "</footnote-chat>"
        for name in ("first", "second")
    )
    url = world.site.page(two, script=False)
    first = await visit(url, host="#first")
    second = Chat(first.page, "#second")
    await first.ask(QUESTION)
    await expect(second.part("turn")).to_have_count(0)
    await second.ask("Which VPN client do I install?")
    await expect(first.answer).to_contain_text("department head")
    await expect(second.answer).to_contain_text("Passway")
    await first.page.reload()
    for chat, says in ((first, "department head"), (second, "Passway")):
        await expect(chat.part("turn")).to_have_count(1)
        await expect(chat.answer).to_contain_text(says)


async def test_a_script_that_is_loaded_twice_does_no_harm(world: World, visit: Visit) -> None:
    again = f'<script src="{world.service.url}/widget.js"></script>'
    twice = STRICT.replace("trusted-types lit-html", "trusted-types lit-html 'allow-duplicates'")
    chat = await visit(world.site.page(again, policy=twice))
    await expect(chat.element).to_have_count(1)
    await chat.open()
    await chat.ask(QUESTION)


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
async def test_who_wants_no_motion_gets_none(world: World, visit: Visit, motion: str) -> None:
    chat = await visit(world.site.page(), reduced_motion=motion)
    await chat.open()
    await chat.ask(QUESTION)
    moving = await chat.element.evaluate(
        """(element) => [...element.shadowRoot.querySelectorAll("*")].filter((one) => {
          const { transitionDuration, animationDuration, animationName } = getComputedStyle(one);
          const long = (times) => times.split(",").some((time) => parseFloat(time) > 0.01);
          return long(transitionDuration) || (animationName !== "none" && long(animationDuration));
        }).length"""
    )
    assert (moving == 0) == (motion == "reduce")
