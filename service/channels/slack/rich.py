"""Rich text of Slack: text in it is shown as it is, whatever it holds; only what is a link here is one.

Limits are Slack's own, or below them where it documents none (docs.slack.dev/reference/block-kit/blocks).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from service.channels.slack.mrkdwn import address, line

Block = dict[str, Any]
Element = dict[str, Any]
MOST_BLOCKS = 50
# Characters of text in a block: those of a section, which is the only kind with a documented limit.
MOST_TEXT = 3000
# Slack takes about 13,200 characters of blocks in a message and does not say how it counts them
# (slackapi/bolt-js#2509): this is in bytes, and leaves room for buttons.
MOST_BYTES = 10_500
# Buttons come after.
_SPARE_BLOCKS = 3


def text(shown: str, **style: bool) -> Element:
    """Text; `style` is `bold` or `italic`."""
    made: Element = {"type": "text", "text": shown}
    return {**made, "style": style} if style else made


def link(shown: str, to: str, **style: bool) -> Element:
    """A link, or the text alone where Slack could not open it."""
    url = address(to)
    if url is None:
        return text(shown, **style)
    made: Element = {"type": "link", "url": url, "text": shown}
    return {**made, "style": style} if style else made


def section(*elements: Element) -> Element:
    """A paragraph. Slack takes no text of no characters."""
    return {"type": "rich_text_section", "elements": [one for one in elements if one.get("text", " ")]}


def quoted(shown: str) -> Element:
    """A paragraph with a bar beside it."""
    return {"type": "rich_text_quote", "elements": [text(shown)]}


def rich(*elements: Element) -> Block:
    """A block of paragraphs."""
    return {"type": "rich_text", "elements": list(elements)}


def blocks_of(units: Iterable[Sequence[Element]]) -> Iterator[Block]:
    """Blocks of paragraphs; those of one unit stand in one block, and no block holds more than it may."""
    yield from (rich(*held) for held in _gathered(units))


def flowing(units: Iterable[Sequence[Element]]) -> Iterator[Block]:
    """Blocks of one paragraph each, in which the units follow each other; none is cut."""
    yield from (rich(section(*held)) for held in _gathered(units) if any(map(length_of, held)))


def _gathered(units: Iterable[Sequence[Element]]) -> Iterator[list[Element]]:
    held: list[Element] = []
    taken = size = 0
    for unit in units:
        length, weight = sum(map(length_of, unit)), weight_of(unit)
        if held and (taken + length > MOST_TEXT or size + weight > MOST_BYTES / 2):
            yield held
            held, taken, size = [], 0, 0
        held += unit
        taken, size = taken + length, size + weight
    if held:
        yield held


def packed(blocks: Iterable[Block]) -> list[list[Block]]:
    """The blocks in as few messages as take them, in their order."""
    messages: list[list[Block]] = []
    size = 0
    for block in blocks:
        own = weight_of([block])
        if not messages or len(messages[-1]) >= MOST_BLOCKS - _SPARE_BLOCKS or size + own > MOST_BYTES:
            messages.append([])
            size = 0
        messages[-1].append(block)
        size += own
    return messages


def length_of(element: Element) -> int:
    """Characters that an element shows."""
    return len(element.get("text", "")) + sum(map(length_of, element.get("elements", ())))


def weight_of(blocks: Sequence[Block | Element]) -> int:
    """Bytes that blocks or elements take as JSON."""
    return len(json.dumps(blocks, ensure_ascii=False).encode())


def spoken_by(element: Element) -> str:
    """What an element says, a line a paragraph."""
    inner = [spoken_by(one) for one in element.get("elements", ())]
    return str(element.get("text", "")) + ("\n" if element["type"] == "rich_text" else "").join(inner)


def plain(shown: str) -> Element:
    """A text object for buttons and modals."""
    return {"type": "plain_text", "text": line(shown), "emoji": False}
