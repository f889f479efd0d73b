"""A data folder to damage and to mend, and what questions find in it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ingest.doctor import Finding, Kind, Mended, examine, repair
from ingest.embedding.hashing import HashingEmbedder
from ingest.index import Catalogue, Generation, VectorIndex
from ingest.settings import IngestSettings
from ingest.terms import terms
from tests.fakes.embedding_endpoint import DIMENSIONS, Endpoint

Hits = dict[str, tuple[list[tuple[str, float]], list[float], list[str]]]


def word(number: int) -> str:
    """A word for a number below a hundred that no stemmer knows."""
    return "zyxwvutqkj"[number // 10] + "bcdfghmnpr"[number % 10] + "ovka"


QUESTIONS = (f"{word(7)} {word(1)}tide", f"{word(41)} audit {word(2)}dock", f"{word(59)} orchard bloom0")


@dataclass(frozen=True)
class Patient:
    """A data folder, and what its questions found before it was damaged."""

    settings: IngestSettings
    endpoint: Endpoint
    before: Hits

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

    def hits(self) -> Hits:
        return hits(self.settings)


def hits(settings: IngestSettings) -> Hits:
    """What each question finds, by keywords and by vectors."""
    catalogue, embedder = Catalogue(settings.data), HashingEmbedder(DIMENSIONS)
    generation = catalogue.generation()
    assert generation is not None
    vectors = VectorIndex(settings, generation.collection)
    found: Hits = {}
    for question in QUESTIONS:
        words = [(h.chunk_id, round(h.score, 6)) for h in catalogue.keyword_search(terms(question), ["public"], 5)]
        near = vectors.nearest(embedder.question(question), 6)
        assert words
        assert near
        # Of those that are as near as the last one, any may be among them.
        nearest = [h.chunk_id for h in near if h.cosine > near[-1].cosine + 0.001]
        seen = sorted(catalogue.visible(nearest, ["public"]))
        found[question] = (words, [round(h.cosine, 3) for h in near], seen)
    catalogue.close()
    vectors.close()
    return found
