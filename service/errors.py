"""What can go wrong between a question and its answer."""

from __future__ import annotations

from ingest.errors import FootnoteError, IndexUnavailable

__all__ = ["FootnoteError", "IndexUnavailable", "ModelUnavailable", "NotAllowed", "NotFound", "QuestionRejected"]


class QuestionRejected(FootnoteError):
    """The question cannot be asked as it is; the message says what is wrong with it. HTTP 422."""


class NotFound(FootnoteError):
    """What was asked for is not there, or not for this asker. HTTP 404."""


class NotAllowed(FootnoteError):
    """Who asks may not do this, or did not show who they are. HTTP 401."""


class ModelUnavailable(FootnoteError):
    """The chat model did not answer in a usable way; the answer falls back to extracts."""
