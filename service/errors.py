"""What can go wrong between a question and its answer."""

from __future__ import annotations

from ingest.errors import FootnoteError, IndexUnavailable

__all__ = [
    "FootnoteError",
    "IndexUnavailable",
    "JudgeUnavailable",
    "ModelUnavailable",
    "NotAllowed",
    "NotFound",
    "QuestionRejected",
    "RerankerUnavailable",
]


class QuestionRejected(FootnoteError):
    """The question cannot be asked as it is; the message says what is wrong with it. HTTP 422."""


class NotFound(FootnoteError):
    """What was asked for is not there, or not for this asker. HTTP 404."""


class NotAllowed(FootnoteError):
    """Who asks may not do this, or did not show who they are. HTTP 401."""


class ModelUnavailable(FootnoteError):
    """The chat model did not answer in a usable way; the answer falls back to extracts."""


class RerankerUnavailable(FootnoteError):
    """The reranker did not answer in a usable way: the order of the search stays. The message is half a note."""


class JudgeUnavailable(FootnoteError):
    """The judge did not answer in a usable way: words decide alone. The message is half a note."""
