"""The seam between a search and what orders its best passages anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from service.models.base import Usage


@dataclass(frozen=True, slots=True)
class Scored:
    """A score a text, higher is better, and the tokens it took where a chat model was asked."""

    scores: tuple[float, ...]
    usage: Usage | None = None


class Reranker(Protocol):
    """A model that reads question and text together."""

    def scores(self, question: str, texts: Sequence[str], within: float) -> Scored:
        """A finite score for each text. Blocking; it is not waited for longer than `within` seconds.

        Raises:
            RerankerUnavailable: there are no scores now; the message is a note for the receipt.
        """
        ...
