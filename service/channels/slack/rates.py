"""Slack's API: waits where Slack says how long, and never sends twice what may have arrived."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.channels.slack.pacing import code_of
from service.settings.slack import SlackSettings

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

_SECONDS = 30
# Errors that pass: docs.slack.dev/reference/methods/chat.postMessage. All others come back as they were.
_PASSING = frozenset(
    (
        "fatal_error",
        "internal_error",
        "ratelimited",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
        "accesslimited",
        "streaming_state_conflict",
        "message_not_in_streaming_state",
    )
)


def build_client(settings: SlackSettings) -> AsyncWebClient:
    """A client of the workspace, whose session is to be closed. Only from the event loop."""
    from aiohttp import ClientConnectorError, ClientSession, ClientTimeout
    from slack_sdk.http_retry.builtin_async_handlers import AsyncConnectionErrorRetryHandler

    from service.channels.slack.paced import PacedClient

    token = settings.bot_token.get_secret_value() if settings.bot_token else None
    # A connection that was lost may have brought the message: only one that was never made is tried anew.
    handlers = [AsyncConnectionErrorRetryHandler(max_retry_count=2, error_types=[ClientConnectorError])]
    session = ClientSession(timeout=ClientTimeout(total=_SECONDS))
    return PacedClient(token, base_url=settings.api_url, timeout=_SECONDS, retry_handlers=handlers, session=session)


def hopeless(error: Exception) -> bool | None:
    """Whether what went wrong in Slack would go wrong again; None where it was not Slack."""
    from aiohttp import ClientError
    from slack_sdk.errors import SlackApiError, SlackClientError

    if isinstance(error, SlackApiError):
        status = getattr(error.response, "status_code", 200)
        said = code_of(error)
        return not (status >= 500 or status == 429 or said is None or said in _PASSING)
    if isinstance(error, (ClientError, SlackClientError, TimeoutError, ConnectionError)):
        return False
    return None
