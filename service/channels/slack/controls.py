"""Buttons below answers, and the modal that asks what is wrong with one."""

from __future__ import annotations

from typing import Any, get_args

from prompts import phrase
from service.channels.slack.rich import Block, plain
from service.conversations.feedback import Reason

FEEDBACK, SHARE, AGAIN, REASON = "feedback", "share", "try_again", "feedback_reason"
REASON_BLOCK, COMMENT_BLOCK = "reason", "comment"
# As the API takes it.
LONGEST_COMMENT = 2000


def below(answer_id: str, language: str, share: bool = False) -> list[Block]:
    """The buttons of an answer: what one thinks of it, and whether others should see it."""
    feedback = {
        "type": "feedback_buttons",
        "action_id": FEEDBACK,
        "positive_button": _thumb("👍", phrase("slack_good", language), f"up:{answer_id}:{language}"),
        "negative_button": _thumb("👎", phrase("slack_bad", language), f"down:{answer_id}:{language}"),
    }
    made: list[Block] = [{"type": "context_actions", "elements": [feedback]}]
    return [*made, _actions(SHARE, f"{answer_id}:{language}", phrase("slack_share", language))] if share else made


def again(number: int, language: str) -> Block:
    """The button to ask once more what failed."""
    return _actions(AGAIN, str(number), phrase("slack_again", language))


def reason_modal(language: str, metadata: str) -> dict[str, Any]:
    """Asks what is wrong with an answer; `metadata` comes back with the reply."""
    reasons = [
        {"text": plain(phrase(f"slack_reason_{reason}", language)), "value": reason} for reason in get_args(Reason)
    ]
    return {
        "type": "modal",
        "callback_id": REASON,
        "private_metadata": metadata,
        "title": plain(phrase("slack_why", language)),
        "submit": plain(phrase("slack_send", language)),
        "close": plain(phrase("slack_close", language)),
        "blocks": [
            {
                "type": "input",
                "block_id": REASON_BLOCK,
                "optional": True,
                "label": plain(phrase("slack_reason", language)),
                "element": {"type": "static_select", "action_id": REASON_BLOCK, "options": reasons},
            },
            {
                "type": "input",
                "block_id": COMMENT_BLOCK,
                "optional": True,
                "label": plain(phrase("slack_comment", language)),
                "element": {
                    "type": "plain_text_input",
                    "action_id": COMMENT_BLOCK,
                    "multiline": True,
                    "max_length": LONGEST_COMMENT,
                },
            },
        ],
    }


def _thumb(shown: str, said: str, value: str) -> dict[str, Any]:
    # An emoji as a character is text: no name of one is looked for.
    return {"text": plain(shown), "accessibility_label": said, "value": value}


def _actions(action: str, value: str, shown: str) -> Block:
    button = {"type": "button", "action_id": action, "value": value, "text": plain(shown)}
    return {"type": "actions", "elements": [button]}
