"""A deterministic embedder without a model: hashed terms, for tests and load runs."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from ingest.embedding.base import Vectors
from ingest.terms import terms


class HashingEmbedder:
    """Signed feature hashing of terms (Weinberger et al. 2009, arXiv:0902.2206): shared words mean nearness."""

    def __init__(self, dimensions: int = 384) -> None:
        self.dimensions = dimensions
        self.id = f"hashing-{dimensions}"

    def passages(self, texts: Sequence[str]) -> Vectors:
        """(len(texts), dimensions)."""
        return np.stack([self.question(text) for text in texts]) if texts else np.zeros((0, self.dimensions), "f4")

    def question(self, text: str) -> Vectors:
        """(dimensions,)."""
        vector = np.zeros(self.dimensions, np.float32)
        for term in terms(text):
            digest = int.from_bytes(hashlib.blake2b(term.encode(), digest_size=8).digest(), "little")
            vector[digest % self.dimensions] += 1 if digest >> 63 else -1
        length = float(np.linalg.norm(vector))
        if not length:
            vector[0] = length = 1.0
        return vector / length
