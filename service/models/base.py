"""The seam between the engine and a chat model."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(slots=True)
class Usage:
    """Tokens a call took, zero where the endpoint does not say; `cut` where the reply reached its longest length."""

    prompt: int = 0
    completion: int = 0
    cut: bool = False


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

    def reply(self, system: str, user: str) -> Reply:
        """Start a reply; text comes as it is written.

        The iterator raises ModelUnavailable where the model cannot be reached, refuses, or breaks off.
        """
        ...
