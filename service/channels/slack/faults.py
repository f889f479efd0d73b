"""What went wrong in Slack, and whether it would go wrong again."""

from __future__ import annotations

_LIMITED = "ratelimited"
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


def code_of(error: BaseException) -> str | None:
    """Slack's word for what is wrong, as `channel_not_found`; None where Slack has not said anything."""
    response = getattr(error, "response", None)
    if getattr(response, "status_code", None) == 429:
        return _LIMITED
    try:
        code = response["error"]  # type: ignore[index]
    except (AttributeError, KeyError, TypeError, ValueError):  # a body that is not JSON is a text there
        return None
    return str(code) if code else None


def limited(error: BaseException) -> bool:
    """Whether Slack was called too often."""
    return code_of(error) == _LIMITED


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
