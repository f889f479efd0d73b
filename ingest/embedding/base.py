"""The seam between text and vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class Embedder(Protocol):
    """A model that turns text into unit vectors; documents and questions are embedded differently."""

    @property
    def id(self) -> str:
        """Names the vector space: two embedders of one id give vectors that may be compared."""
        ...

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        ...

    def passages(self, texts: Sequence[str]) -> Vectors:
        """(len(texts), dimensions), rows of length 1.

        Raises:
            TransientError: the model cannot be reached now.
            PermanentError: the model refuses these texts.
        """
        ...

    def question(self, text: str) -> Vectors:
        """(dimensions,), of length 1. Raises as `passages` does."""
        ...
