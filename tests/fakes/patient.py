"""A data folder to damage and to mend, and what questions find in it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ingest.doctor import Finding, Kind, Mended, examine, repair
from ingest.embedding.base import Vectors
from ingest.embedding.hashing import HashingEmbedder
from ingest.index import Catalogue, Generation, VectorIndex
from ingest.index.vectors import VectorHit
from ingest.settings import IngestSettings
from ingest.terms import terms
from tests.fakes.embedding_endpoint import DIMENSIONS, Endpoint

NEAREST = 6


def word(number: int) -> str:
    """A word for a number below a hundred that no stemmer knows."""
    return "zyxwvutqkj"[number // 10] + "bcdfghmnpr"[number % 10] + "ovka"


QUESTIONS = tuple(
    question
    for i in range(0, 60, 3)
    for question in (f"{word(i)} {word(i % 3)}tide", f"{word(i)} audit {word(i % 3)}dock", f"{word(i)} orchard bloom0")
)


@dataclass(frozen=True)
class Found:
    """What each question finds by keywords, with scores, and by vectors, and how near each chunk truly is to it."""

    words: dict[str, list[tuple[str, float]]]
    near: dict[str, list[VectorHit]]
    exact: dict[str, dict[str, float]]


@dataclass(frozen=True)
class Patient:
    """A data folder, and what its questions found before it was damaged."""

    settings: IngestSettings
    endpoint: Endpoint
    before: Found

    @property
    def data(self) -> Path:
        return self.settings.data

    @property
    def generation(self) -> Generation:
        catalogue = Catalogue(self.data)
        generation = catalogue.generation()
        catalogue.close()
        assert generation is not None
        return generation

    @property
    def vectors(self) -> VectorIndex:
        return VectorIndex(self.settings, self.generation.collection)

    def sql(self, statement: str, *values: object) -> int:
        """Change the catalogue behind its back; how many rows."""
        connection = sqlite3.connect(self.data / "catalogue.db")
        with connection:
            changed = connection.execute(statement, values).rowcount
        connection.close()
        return changed

    def chroma(self, damage: Callable[[VectorIndex], None]) -> None:
        """Change Chroma behind the catalogue's back, and let go of it."""
        vectors = self.vectors
        damage(vectors)
        vectors.close()

    def ids(self, count: int, where: str = "1") -> list[str]:
        """Ids of some chunks."""
        connection = sqlite3.connect(self.data / "catalogue.db")
        rows = connection.execute(f"SELECT id FROM chunks WHERE {where} ORDER BY row LIMIT {count}").fetchall()
        connection.close()
        return [row[0] for row in rows]

    def examine(self) -> list[Finding]:
        return examine(self.settings)

    def kinds(self) -> set[Kind]:
        return {f.kind for f in self.examine()}

    def mend(self) -> list[Mended]:
        """Repair, and see that nothing is left to be repaired, that nothing was embedded, and what is found."""
        done = repair(self.settings)
        assert [f.sentence for f in self.examine() if f.repairable] == []
        assert repair(self.settings) == []
        assert not self.endpoint.asked
        return done

    def must_find_as_before(self) -> None:
        """See that questions find by keywords what they did, and by vectors what is nearest, but for a few.

        Approximate search misses some of the nearest, others each time that a graph is made: 0 to .5 % of them here.
        """
        now = looked(self.settings)
        assert now.words == self.before.words
        missed = 0
        for question, near in now.near.items():
            exact = self.before.exact[question]
            wrong = [h for h in near if abs(exact.get(h.chunk_id, 9.0) - h.cosine) > 0.001]
            assert not wrong, (question, wrong)
            least = sorted(exact.values(), reverse=True)[NEAREST - 1] - 0.001
            missed += NEAREST - sum(h.cosine >= least for h in near)
        assert missed <= 0.02 * NEAREST * len(QUESTIONS), f"{missed} of the nearest were not found."


def looked(settings: IngestSettings) -> Found:
    """What each question finds, by keywords and by vectors, and its cosine with each vector of the cache."""
    catalogue, embedder = Catalogue(settings.data), HashingEmbedder(DIMENSIONS)
    generation = catalogue.generation()
    assert generation is not None
    vectors = VectorIndex(settings, generation.collection)
    ids, cached = _cached(settings.data)
    words: dict[str, list[tuple[str, float]]] = {}
    near: dict[str, list[VectorHit]] = {}
    exact: dict[str, dict[str, float]] = {}
    for question in QUESTIONS:
        asked = embedder.question(question)
        words[question] = [
            (h.chunk_id, round(h.score, 6)) for h in catalogue.keyword_search(terms(question), ["public"], 5)
        ]
        near[question] = vectors.nearest(asked, NEAREST)
        exact[question] = dict(zip(ids, (cached @ asked).tolist(), strict=True))
        assert words[question]
        assert len(catalogue.visible([h.chunk_id for h in near[question]], ["public"])) == NEAREST
    catalogue.close()
    vectors.close()
    return Found(words, near, exact)


def _cached(data: Path) -> tuple[list[str], Vectors]:
    """The chunks that the cache has a vector for, and these vectors, of length 1."""
    connection = sqlite3.connect(data / "catalogue.db")
    joined = "SELECT c.id, e.vector FROM chunks c JOIN embeddings e ON e.key = c.embedding_key"
    rows = [(name, np.frombuffer(vector, np.float32)) for name, vector in connection.execute(joined)]
    connection.close()
    sound = [(name, vector) for name, vector in rows if len(vector) == DIMENSIONS]
    return [name for name, _ in sound], np.stack([vector / np.linalg.norm(vector) for _, vector in sound])
