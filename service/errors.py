"""What can go wrong between a question and its answer."""

from __future__ import annotations

from ingest.errors import FootnoteError, IndexUnavailable

__all__ = [
    "Conflict",
    "FootnoteError",
    "Forbidden",
    "IndexUnavailable",
    "JudgeUnavailable",
    "ModelUnavailable",
    "NotAllowed",
    "NotFound",
    "Overloaded",
    "QuestionRejected",
    "RerankerUnavailable",
    "TooManyRequests",
]


class QuestionRejected(FootnoteError):
    """The question cannot be asked as it is; the message says what is wrong with it. HTTP 422."""


class NotFound(FootnoteError):
    """What was asked for is not there, or not for this asker. HTTP 404."""


class NotAllowed(FootnoteError):
    """Who asks may not do this, or did not show who they are. HTTP 401."""


class Forbidden(FootnoteError):
    """Who asks is known and may not do this. HTTP 403."""


class Conflict(FootnoteError):
    """The request cannot be carried out as things stand; the message says what stands in its way. HTTP 409."""


class TooManyRequests(FootnoteError):
    """One asker asks too much; `retry_after` seconds from now there is room again. HTTP 429."""

    def __init__(self, message: str, retry_after: int = 1) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Overloaded(FootnoteError):
    """All askers together ask too much; `retry_after` seconds from now it may be better. HTTP 503."""

    def __init__(self, message: str, retry_after: int = 1) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ModelUnavailable(FootnoteError):
    """The chat model did not answer in a usable way; the answer falls back to extracts."""


class RerankerUnavailable(FootnoteError):
    """The reranker did not answer in a usable way: the order of the search stays. The message is half a note."""


class JudgeUnavailable(FootnoteError):
    """The judge did not answer in a usable way: words decide alone. The message is half a note."""
