"""A judge of claims and quotes: the seam."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from service.models.base import Usage


@dataclass(frozen=True, slots=True)
class Pair:
    """A claim, and the quotes that are to bear it as one text."""

    claim: str
    quote: str


@dataclass(frozen=True, slots=True)
class Judged:
    """For each pair the chance that the quote bears the claim, None where that is not known; and the tokens it took."""

    chances: tuple[float | None, ...]
    usage: Usage | None = None


class Judge(Protocol):
    """A model that reads claim and quote together."""

    async def judge(self, pairs: Sequence[Pair], within: float) -> Judged:
        """Chances from 0 to 1, in `within` seconds.

        Raises:
            JudgeUnavailable: there are none now; the message is half a note for the receipt.
        """
        ...
