"""How much each term of a question says, and how much of a question a text covers."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ingest.terms import terms


@dataclass(frozen=True, slots=True)
class TermWeights:
    """IDF of a question's terms over the index; a term the index has never seen weighs most."""

    weights: Mapping[str, float]

    @classmethod
    def of(cls, query: Sequence[str], frequencies: Mapping[str, int], documents: int) -> TermWeights:
        """BM25's IDF, which is never negative."""
        return cls(
            {
                term: math.log(1 + (documents - frequencies.get(term, 0) + 0.5) / (frequencies.get(term, 0) + 0.5))
                for term in query
            }
        )

    @property
    def total(self) -> float:
        """Weight of the whole question."""
        return sum(self.weights.values())

    def coverage(self, text: str) -> float:
        """Share of the question's weight that stands in `text`, 0 to 1."""
        return self.coverage_of(frozenset(terms(text)))

    def coverage_of(self, found: Collection[str]) -> float:
        """The same for terms that are already at hand."""
        total = self.total
        return sum(w for term, w in self.weights.items() if term in found) / total if total else 0.0
