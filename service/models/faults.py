"""What a chat endpoint did wrong, in a sentence, and whether it may be better at the next try."""

from __future__ import annotations

import email.utils
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.errors import Fault, ModelUnavailable

if TYPE_CHECKING:
    from openai import APIStatusError

# Endpoints have many words for a good end of a reply; without any, the connection was lost.
_NOT_AN_END = ("tool_calls", "function_call", "error")
_PASSING = (408, 409, 425)
_REPLY = (400, 413, 422)
# What endpoints call a limit that no waiting lifts.
_USED_UP = "insufficient_quota"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint as its settings name it: `section` is what their names begin with, `seconds` what an answer has."""

    section: str
    model: str
    seconds: float

    def of(self, error: Exception) -> ModelUnavailable:
        """What LlamaIndex, openai or httpx raised."""
        import httpx
        import openai

        # Whatever is worth another try is decided here once; openai's own retries are off.
        if isinstance(error, openai.APIConnectionError):  # and its APITimeoutError
            return self._fault(f"could not be reached: check {self.section}__BASE_URL.", "passing")
        if isinstance(error, (TimeoutError, httpx.TimeoutException)):
            return self.late()
        if isinstance(error, httpx.HTTPError):
            return broke_off()
        if isinstance(error, openai.APIStatusError):
            return self._status(error)
        if isinstance(error, openai.APIError):  # it said so in the middle of the stream
            return self._fault(f"did not answer in a usable way: check {self.section}__BASE_URL.", "passing")
        return self.unusable()

    def unusable(self) -> ModelUnavailable:
        """It sent something else than a reply."""
        return self._fault(f"did not answer in a usable way: check {self.section}__BASE_URL.", "lasting")

    def late(self) -> ModelUnavailable:
        """The whole answer took too long."""
        return ModelUnavailable(f"The chat model took longer than {self.seconds:g} s.", "passing")

    def _status(self, error: APIStatusError) -> ModelUnavailable:
        status, after = error.status_code, retry_after(error.response.headers.get("retry-after"))
        if status in (401, 403):
            own = f"{self.section}__API_KEY"
            key = f"OPENAI_API_KEY or {own}" if self.section == "FOOTNOTE_CHAT" else own
            return self._fault(f"refused the key: check {key}.", "lasting")
        if status == 404:
            return self._fault(
                f"has no model {self.model!r}: check {self.section}__MODEL and {self.section}__BASE_URL.", "lasting"
            )
        if status == 429:
            fault: Fault = "lasting" if error.code == _USED_UP else "passing"
            return self._fault("takes no more questions now: its rate or budget is used up.", fault, after)
        if status in _REPLY:
            return self._fault("refused the question: it may be too long, or filtered.", "reply")
        if status >= 500 or status in _PASSING:
            return self._fault(f"did not answer in a usable way (status {status}).", "passing", after)
        return self._fault(f"did not answer in a usable way: check {self.section}__BASE_URL.", "lasting")

    def _fault(self, what: str, fault: Fault, after: float | None = None) -> ModelUnavailable:
        return ModelUnavailable(f"The chat endpoint {what}", fault, after)


def broke_off() -> ModelUnavailable:
    """The stream ended without an end."""
    return ModelUnavailable("The chat model broke off in the middle of its answer.", "passing")


def check_end(ended: object) -> None:
    """A finish reason that is one.

    Raises:
        ModelUnavailable: it is not, or there is none.
    """
    if ended == "content_filter":
        raise ModelUnavailable("The chat endpoint's content filter stopped the answer.", "reply")
    if not isinstance(ended, str) or ended in _NOT_AN_END:
        raise broke_off()


def retry_after(header: str | None) -> float | None:
    """Seconds that a `Retry-After` header asks to wait (RFC 9110, 10.2.3): a number, or a date."""
    if not header:
        return None
    try:
        seconds = float(header)
    except ValueError:
        try:
            seconds = email.utils.parsedate_to_datetime(header).timestamp() - time.time()
        except (ValueError, OverflowError):
            return None
    return max(0.0, seconds) if seconds == seconds and seconds != float("inf") else None
