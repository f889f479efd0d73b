"""What goes wrong, as a sentence that a model can act on."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from service.errors import (
    FootnoteError,
    Forbidden,
    NotAllowed,
    NotFound,
    Overloaded,
    QuestionRejected,
    TooManyRequests,
)

_log = logging.getLogger(__name__)
_OWN_WORDS = (Forbidden, NotAllowed, QuestionRejected)
_MISSING = "There is no such article, or it was removed: the tool search finds those that there are."
_LATER = "The articles cannot be searched now. Try again in a few seconds; if it stays so, tell whoever runs Footnote."


def in_words(error: FootnoteError) -> str:
    """The sentence; what was not written for the asker is logged and told in general words."""
    if isinstance(error, _OWN_WORDS):
        return str(error)
    if isinstance(error, NotFound):
        return _MISSING
    if isinstance(error, (TooManyRequests, Overloaded)):
        return f"{error} Try again in {error.retry_after} seconds."
    _log.warning("a tool failed: %s", error)
    return _LATER


def misfit(found: Mapping[str, Any]) -> str:
    """What does not fit of a tool's arguments, of one of pydantic's errors."""
    name = ".".join(str(part) for part in found["loc"]) or "The arguments"
    return f"{name} {'is missing' if found['type'] == 'missing' else 'does not fit: ' + str(found['msg'])}."
