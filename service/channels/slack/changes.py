"""What Slack says has changed: noted for every process, since Slack tells only one of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, select

from service.channels.slack.rows import Rows
from service.channels.slack.schema import changes

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp

# Nothing that was looked up is known for longer.
_KEPT = timedelta(hours=1)

# What each of Slack's events says has changed: docs.slack.dev/reference/events.
EVENTS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "member_joined_channel": lambda event: f"channel:{event['channel']}",
    "member_left_channel": lambda event: f"channel:{event['channel']}",
    "channel_shared": lambda event: f"channel:{event['channel']}",
    "channel_unshared": lambda event: f"channel:{event['channel']}",
    "team_join": lambda event: f"user:{event['user']['id']}",
    "user_change": lambda event: f"user:{event['user']['id']}",
    "subteam_created": lambda event: f"usergroup:{event['subteam']['id']}",
    "subteam_updated": lambda event: f"usergroup:{event['subteam']['id']}",
    "subteam_members_changed": lambda event: f"usergroup:{event['subteam_id']}",
}


class Changes:
    """Every method blocks, and may raise TransientError or IndexUnavailable."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._seen: int | None = None

    def note(self, what: str) -> None:
        """Let every process look it up again."""
        at = datetime.now(UTC)
        with self._rows.writing() as connection:
            old = (at - _KEPT).isoformat(timespec="seconds")
            connection.execute(delete(changes).where(changes.c.at < old))
            connection.execute(insert(changes).values(what=what, at=at.isoformat(timespec="seconds")))

    def since(self) -> list[str]:
        """What was noted since this was called last; at first nothing, as nothing was looked up before."""
        with self._rows.reading() as connection:
            if self._seen is None:
                self._seen = connection.scalar(select(func.max(changes.c.number))) or 0
                return []
            found = connection.execute(
                select(changes.c.number, changes.c.what).where(changes.c.number > self._seen).order_by(changes.c.number)
            ).all()
        self._seen = max([self._seen, *(row.number for row in found)])
        return [str(row.what) for row in found]


def register(app: AsyncApp, noted: Callable[[str], Awaitable[None]]) -> None:
    """Listen for them. Slack sends again what could not be noted."""

    async def done() -> None:
        """It was noted before Slack was told so."""

    def noting(what: Callable[[Mapping[str, Any]], str]) -> Callable[..., Awaitable[None]]:
        async def note(body: dict[str, Any], next: Callable[[], Awaitable[Any]]) -> None:
            await noted(what(body["event"]))
            await next()

        return note

    for name, what in EVENTS.items():
        app.event(name, middleware=[noting(what)])(done)
