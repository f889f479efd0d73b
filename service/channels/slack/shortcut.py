"""The shortcut of a message, "Ask about this": a form with its words, and whoever sends it alone sees the answer."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from ingest.language import language_of
from prompts import phrase
from service.channels.slack.blocks import Message
from service.channels.slack.contracts import Ask
from service.channels.slack.ephemeral import say_to_one
from service.channels.slack.events import plain
from service.channels.slack.faults import code_of

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp
    from slack_sdk.web.async_client import AsyncWebClient

_log = logging.getLogger(__name__)
CALLBACK = "ask_about_this"
_BLOCK, _INPUT = "question", "words"
# The most that Slack's inputs hold.
_MOST = 3000


def register(app: AsyncApp, client: AsyncWebClient, ask: Callable[[Ask, str], Awaitable[bool]]) -> None:
    """Listen for it."""

    async def use(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        message = body["message"]
        text = plain(message.get("text") or "")[:_MOST]
        where = {
            "channel": body["channel"]["id"],
            "ts": message["ts"],
            "thread": message.get("thread_ts") or message["ts"],
            "url": body.get("response_url"),
        }
        try:
            await client.views_open(trigger_id=body["trigger_id"], view=form(text, where))
        except Exception as error:
            _log.warning("Slack does not show the form of a shortcut: %s", code_of(error) or type(error).__name__)
            said = phrase("slack_form_not", language_of(text))
            whole = Message(said, ({"type": "section", "text": _plainly(said)},))
            await say_to_one(client, where["channel"], body["user"]["id"], whole, where["url"])

    async def send(ack: Any, body: dict[str, Any]) -> None:
        view = body["view"]
        text = (view["state"]["values"][_BLOCK][_INPUT].get("value") or "").strip()
        where = json.loads(view["private_metadata"])
        made = Ask(
            "shortcut",
            text,
            body["user"]["id"],
            body["team"]["id"],
            where["channel"],
            where["ts"],
            where["thread"],
            where["url"],
        )
        try:
            await ask(made, f"view:{view['id']}")
        except Exception:
            _log.exception("a question could not be written down")
            await ack(response_action="errors", errors={_BLOCK: phrase("slack_unavailable", language_of(text))})
            return
        await ack()

    app.shortcut(CALLBACK)(use)
    app.view(CALLBACK)(send)


def form(text: str, where: dict[str, Any]) -> dict[str, Any]:
    """What is shown: the words of the message, to be made a question of."""
    language = language_of(text)
    element: dict[str, Any] = {"type": "plain_text_input", "action_id": _INPUT, "multiline": True, "max_length": _MOST}
    if text:
        element["initial_value"] = text
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "private_metadata": json.dumps(where),
        "title": _plainly(phrase("slack_shortcut_title", language)),
        "submit": _plainly(phrase("page_button", language)),
        "blocks": [
            {
                "type": "input",
                "block_id": _BLOCK,
                "label": _plainly(phrase("page_question", language)),
                "element": element,
            }
        ],
    }


def _plainly(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}
