"""All that a search gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ingest.embedding import Vectors
from ingest.index import Build
from service.models.base import Usage
from service.retrieval.hit import Hit
from service.retrieval.weights import TermWeights


@dataclass(frozen=True, slots=True)
class Found:
    """What a search gives: hits best first, the question's terms weighed, and its vector in the space of a build.

    `parts` are what the questions that were asked at once find, by question; none where there is one. `usage` are the
    tokens of a reranker that has any.
    """

    build: Build
    hits: tuple[Hit, ...]
    weights: TermWeights
    vector: Vectors | None
    notes: tuple[str, ...]
    parts: Mapping[str, Found] = field(default_factory=dict)
    usage: Usage | None = None
