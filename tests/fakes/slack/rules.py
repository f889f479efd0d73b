"""Limits of messages and blocks, as docs.slack.dev/reference/block-kit gives them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from tests.fakes.slack.workspace import Refused

MOST_TEXT, MOST_MARKDOWN, MOST_BLOCKS = 40_000, 12_000, 50
_TEXTS = {"section": 3000, "header": 150}
_KNOWN = {
    "section", "header", "divider", "context", "actions", "context_actions", "rich_text", "markdown", "image", "input",
    "table", "task_card", "plan",
}  # fmt: skip
# Raw angle brackets that are no link, mention or date, and ampersands that begin no entity.
_UNESCAPED = re.compile(r"<(?![@#!]|https?://|mailto:)|&(?!amp;|lt;|gt;)")


def given(value: Any) -> Any:
    """A list or object, sent as JSON or as a text of it."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except json.JSONDecodeError:
        raise Refused("invalid_blocks_format", "blocks that are no JSON") from None


def check_message(arguments: Mapping[str, Any]) -> None:
    """Raises Refused: Slack would not take it."""
    text, markdown, blocks = arguments.get("text"), arguments.get("markdown_text"), given(arguments.get("blocks"))
    if markdown is not None and (text or blocks):
        raise Refused("markdown_text_conflict", "markdown_text beside text or blocks")
    if not text and not blocks and not markdown and not arguments.get("attachments"):
        raise Refused("no_text", "a message without text")
    if text and len(text) > MOST_TEXT:
        raise Refused("msg_too_long", f"a text of {len(text)} characters")
    check_markdown(markdown)
    if blocks:
        if not text:
            raise Refused("no_text", "blocks without a text for notifications")
        check_blocks(blocks)


def check_markdown(markdown: str | None) -> None:
    if markdown is not None and len(markdown) > MOST_MARKDOWN:
        raise Refused("msg_too_long", f"markdown_text of {len(markdown)} characters")


def check_blocks(blocks: Any) -> None:
    if not isinstance(blocks, list):
        raise Refused("invalid_blocks_format", "blocks that are no list")
    if len(blocks) > MOST_BLOCKS:
        raise Refused("invalid_blocks", f"{len(blocks)} blocks")
    ids = [b["block_id"] for b in blocks if isinstance(b, dict) and "block_id" in b]
    if len(ids) != len(set(ids)):
        raise Refused("invalid_blocks", "two blocks of one id")
    markdown = sum(len(b.get("text", "")) for b in blocks if isinstance(b, dict) and b.get("type") == "markdown")
    if markdown > MOST_MARKDOWN:
        raise Refused("msg_blocks_too_long", f"markdown blocks of {markdown} characters")
    for block in blocks:
        _block(block)


def _block(block: Any) -> None:
    kind = block.get("type") if isinstance(block, dict) else None
    if kind not in _KNOWN:
        raise Refused("invalid_blocks", f"a block of type {kind}")
    if len(block.get("block_id", "")) > 255:
        raise Refused("invalid_blocks", "a block_id of more than 255 characters")
    if kind == "section":
        if not block.get("text") and not block.get("fields"):
            raise Refused("invalid_blocks", "a section without text")
        if len(block.get("fields", ())) > 10:
            raise Refused("invalid_blocks", "a section of more than 10 fields")
        for one in block.get("fields", ()):
            _text(one, 2000)
        if block.get("accessory"):
            _element(block["accessory"])
    if kind in _TEXTS and block.get("text"):
        _text(block["text"], _TEXTS[kind], plain=kind == "header")
    if kind == "context":
        _several(block, 10)
        for one in block["elements"]:
            if one.get("type") != "image":
                _text(one, 3000)
    if kind in ("actions", "context_actions"):
        _several(block, 25 if kind == "actions" else 5)
        for one in block["elements"]:
            _element(one)
    if kind == "rich_text":
        _several(block, 1000)
        for one in block["elements"]:
            _rich(one)
    if kind == "markdown" and not block.get("text"):
        raise Refused("invalid_blocks", "a markdown block without text")


def _rich(part: Any) -> None:
    kinds = ("rich_text_section", "rich_text_quote", "rich_text_list", "rich_text_preformatted")
    if part.get("type") not in kinds or not part.get("elements"):
        raise Refused("invalid_blocks", f"no part of rich text: {part}")
    for one in part["elements"]:
        if one.get("type") == "rich_text_section":
            _rich(one)
        elif one.get("type") == "text" and not one.get("text"):
            raise Refused("invalid_blocks", "rich text of no characters")
        elif one.get("type") == "link" and not re.match(r"https?://\S+$", one.get("url", "")):
            raise Refused("invalid_blocks", f"a link to {one.get('url')!r}")
        elif one.get("type") not in ("text", "link", "user", "emoji", "date", "channel", "usergroup"):
            raise Refused("invalid_blocks", f"an element of type {one.get('type')} in rich text")


def _several(block: Mapping[str, Any], most: int) -> None:
    if not 1 <= len(block.get("elements", ())) <= most:
        raise Refused("invalid_blocks", f"{len(block.get('elements', ()))} elements in {block['type']}")


def _text(text: Any, most: int, plain: bool = False) -> None:
    if not isinstance(text, dict) or text.get("type") not in ("mrkdwn", "plain_text") or not text.get("text"):
        raise Refused("invalid_blocks", f"no text object: {text}")
    if plain and text["type"] != "plain_text":
        raise Refused("invalid_blocks", "mrkdwn where plain_text belongs")
    if len(text["text"]) > most:
        raise Refused("invalid_blocks", f"a text of {len(text['text'])} characters where {most} fit")
    if text["type"] == "mrkdwn" and _UNESCAPED.search(text["text"]):
        raise Refused("invalid_blocks", f"mrkdwn that is not escaped: {text['text'][:80]!r}")


def _element(element: Any) -> None:
    kind = element.get("type")
    if kind in ("button", "static_select", "feedback_buttons", "icon_button", "overflow"):
        if not element.get("action_id") or len(element["action_id"]) > 255:
            raise Refused("invalid_blocks", f"a {kind} without a good action_id")
    else:
        raise Refused("invalid_blocks", f"an element of type {kind}")
    if kind == "button":
        _text(element.get("text"), 75, plain=True)
        if len(element.get("value", "")) > 2000 or len(element.get("url", "")) > 3000:
            raise Refused("invalid_blocks", "a button with too long a value or url")
    if kind == "feedback_buttons":
        for one in (element.get("positive_button"), element.get("negative_button")):
            _text((one or {}).get("text"), 75, plain=True)
            if not 1 <= len((one or {}).get("value", "")) <= 2000:
                raise Refused("invalid_blocks", "a feedback button without a good value")


def check_view(view: Any) -> None:
    view = given(view)
    if not isinstance(view, dict) or view.get("type") not in ("modal", "home"):
        raise Refused("invalid_arguments", "a view of no type")
    for name in ("title", "submit", "close"):
        if view.get(name) is not None and len(view[name].get("text", "")) > 24:
            raise Refused("invalid_arguments", f"a {name} of more than 24 characters")
    if view["type"] == "modal" and not view.get("title"):
        raise Refused("invalid_arguments", "a modal without a title")
    if len(view.get("private_metadata", "")) > 3000 or len(view.get("callback_id", "")) > 255:
        raise Refused("invalid_arguments", "too long private_metadata or callback_id")
    blocks = view.get("blocks")
    if not isinstance(blocks, list) or len(blocks) > 100:
        raise Refused("invalid_arguments", "blocks of a view")
    for block in blocks:
        _block(block)
        if block["type"] == "input":
            element = block["element"]
            if element.get("type") == "plain_text_input":
                most = element.get("max_length", 3000)
                if not 1 <= most <= 3000 or len(element.get("initial_value", "")) > most:
                    raise Refused("invalid_arguments", "an initial value that is too long")
    if any(b["type"] == "input" for b in blocks) and not view.get("submit"):
        raise Refused("invalid_arguments", "a modal with inputs and no submit")
