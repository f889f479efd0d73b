"""The seam between the engine and a chat model."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(slots=True)
class Usage:
    """Tokens a call took, and what they cost, where a price is known.

    `estimated` where the endpoint does not say how many; `cut` where the reply reached its longest length, `looped`
    where that was because it repeated itself.
    """

    prompt: int = 0
    completion: int = 0
    cut: bool = False
    looped: bool = False
    estimated: bool = False
    cost: float | None = None

    def add(self, other: Usage) -> None:
        """Count the tokens of another call too."""
        self.prompt, self.completion = self.prompt + other.prompt, self.completion + other.completion
        self.estimated = self.estimated or other.estimated
        if other.cost is not None:
            self.cost = (self.cost or 0) + other.cost


@dataclass(slots=True)
class Reply:
    """One call in progress: iterate `pieces` for the text, then read `usage`; close `pieces` to hang up."""

    pieces: AsyncGenerator[str, None]
    usage: Usage = field(default_factory=Usage)


class ChatModel(Protocol):
    """A model that writes."""

    @property
    def name(self) -> str:
        """What the receipt calls it."""
        ...

    def reply(self, system: str, user: str, within: float | None = None) -> Reply:
        """Start a reply of at most `within` seconds; text comes as it is written.

        The iterator raises ModelUnavailable where the model cannot be reached, refuses, or breaks off.
        """
        ...

    def warm(self) -> None:
        """Load what the first reply would wait for. Blocking."""
        ...
