"""Buttons and modals, read from what Slack says of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from service.channels.slack import controls


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button that was pressed, or a modal that was sent; `alone`: in a message that this person alone sees.

    `trigger` opens a modal within 3 seconds. `said` is what a modal was filled in with.
    """

    action: str
    value: str
    user: str
    team: str
    channel: str
    message: str | None = None
    thread: str | None = None
    response_url: str | None = None
    trigger: str | None = None
    alone: bool = False
    said: Mapping[str, Any] = field(default_factory=dict)


def pressed_of(body: Mapping[str, Any]) -> Pressed:
    """A button of a message."""
    action, container = body["actions"][0], body.get("container") or {}
    return Pressed(
        action["action_id"],
        action.get("value") or "",
        body["user"]["id"],
        (body.get("team") or {}).get("id") or "",
        body["channel"]["id"],
        container.get("message_ts"),
        container.get("thread_ts"),
        body.get("response_url"),
        body.get("trigger_id"),
        bool(container.get("is_ephemeral")),
    )


def explained_of(body: Mapping[str, Any]) -> Pressed:
    """The modal that asks for a reason, filled in."""
    view = body["view"]
    where, values = json.loads(view["private_metadata"]), view["state"]["values"]
    chosen = (values.get(controls.REASON_BLOCK) or {}).get(controls.REASON_BLOCK) or {}
    written = (values.get(controls.COMMENT_BLOCK) or {}).get(controls.COMMENT_BLOCK) or {}
    return Pressed(
        controls.REASON,
        where["value"],
        body["user"]["id"],
        (body.get("team") or {}).get("id") or "",
        where["channel"],
        message=where["message"],
        response_url=where["url"],
        alone=where["alone"],
        said={
            controls.REASON_BLOCK: (chosen.get("selected_option") or {}).get("value"),
            controls.COMMENT_BLOCK: written.get("value"),
        },
    )
