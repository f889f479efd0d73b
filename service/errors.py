"""What can go wrong between a question and its answer."""

from __future__ import annotations

from typing import Literal

from ingest.errors import FootnoteError, IndexUnavailable

__all__ = [
    "ArticleRejected",
    "Conflict",
    "FootnoteError",
    "Forbidden",
    "IndexUnavailable",
    "JudgeUnavailable",
    "KeyReused",
    "ModelUnavailable",
    "NotAllowed",
    "NotFound",
    "Overloaded",
    "QuestionRejected",
    "RerankerUnavailable",
    "TooManyRequests",
    "WhoAsksUnknown",
]


class QuestionRejected(FootnoteError):
    """The question cannot be asked as it is; the message says what is wrong with it. HTTP 422."""


class ArticleRejected(FootnoteError):
    """The article cannot be taken in as it is; the message says what is wrong with it. HTTP 422."""


class NotFound(FootnoteError):
    """What was asked for is not there, or not for this asker. HTTP 404."""


class NotAllowed(FootnoteError):
    """Who asks may not do this, or did not show who they are. HTTP 401."""


class Forbidden(FootnoteError):
    """Who asks is known and may not do this. HTTP 403."""


class WhoAsksUnknown(FootnoteError):
    """Who asks cannot be checked now: they may be let in later, and are not now. HTTP 503."""


class Conflict(FootnoteError):
    """The request cannot be carried out as things stand; the message says what stands in its way. HTTP 409."""


class KeyReused(FootnoteError):
    """An idempotency key was sent before with another request. HTTP 422."""


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


Fault = Literal["passing", "lasting", "reply"]


class ModelUnavailable(FootnoteError):
    """The chat model did not answer in a usable way; another writes in its place, or the answer is extracts.

    The fault is `passing` where the same call may succeed soon, after `retry_after` seconds if the endpoint said so;
    `lasting` where it would fail again; of the `reply` where the endpoint works and what it wrote is of no use.
    """

    def __init__(self, message: str, fault: Fault = "reply", retry_after: float | None = None) -> None:
        super().__init__(message)
        self.fault, self.retry_after = fault, retry_after


class RerankerUnavailable(FootnoteError):
    """The reranker did not answer in a usable way: the order of the search stays. The message is half a note."""


class JudgeUnavailable(FootnoteError):
    """The judge did not answer in a usable way: words decide alone. The message is half a note."""
