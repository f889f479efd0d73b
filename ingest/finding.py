"""What can be wrong with an index: one vocabulary for verifying a build and for `footnote doctor`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The names of what can be wrong; they are part of `footnote doctor --json` and do not change."""

    CATALOGUE_MISSING = "catalogue-missing"
    CATALOGUE_DAMAGED = "catalogue-damaged"
    CATALOGUE_UNREADABLE = "catalogue-unreadable"
    VERSION_MISSING = "version-missing"
    VERSION_STRANDED = "version-stranded"
    ARTICLE_WITHOUT_CHUNKS = "article-without-chunks"
    CHUNK_MISPLACED = "chunk-misplaced"
    CHUNK_UNSEEN = "chunk-unseen"
    DUPLICATE_WITHOUT_ORIGINAL = "duplicate-without-original"
    GROUPS_DIFFER = "groups-differ"
    CHUNKS_SET_ASIDE = "chunks-set-aside"
    CHUNKS_FAILED = "chunks-failed"
    KEYWORDS_DAMAGED = "keywords-damaged"
    KEYWORDS_MISSING = "keywords-missing"
    KEYWORDS_ORPHANED = "keywords-orphaned"
    CHROMA_UNREACHABLE = "chroma-unreachable"
    CHROMA_DAMAGED = "chroma-damaged"
    COLLECTION_MISSING = "collection-missing"
    DIMENSIONS_DIFFER = "dimensions-differ"
    VECTORS_MISSING = "vectors-missing"
    VECTORS_DIFFER = "vectors-differ"
    VECTORS_ORPHANED = "vectors-orphaned"
    VECTORS_UNCACHED = "vectors-uncached"
    VECTORS_LOST = "vectors-lost"
    GRAPH_DAMAGED = "graph-damaged"
    EMBEDDINGS_UNSOUND = "embeddings-unsound"
    LOCK_STALE = "lock-stale"
    EMBEDDER_DIFFERS = "embedder-differs"
    EMBEDDER_UNUSABLE = "embedder-unusable"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: `what` in words, without a full stop, how many of it, and the name of one.

    `advice` is a sentence: what it means or what to do. `repairable` by `footnote doctor --repair`.
    """

    kind: Kind
    what: str
    count: int = 1
    example: str = ""
    advice: str = ""
    repairable: bool = False
    generation: int | None = None

    def __str__(self) -> str:
        return self.what + (f" (such as {self.example})" if self.example else "")

    @property
    def sentence(self) -> str:
        """The whole of it, for a person."""
        return f"{self}. {self.advice}".rstrip()

    def as_json(self) -> dict[str, object]:
        """Plain values."""
        return {
            "kind": str(self.kind),
            "sentence": self.sentence,
            "count": self.count,
            "example": self.example or None,
            "repairable": self.repairable,
            "generation": self.generation,
        }


@dataclass(frozen=True, slots=True)
class Mended:
    """One thing that was mended, in a sentence, and how many of it."""

    kind: Kind
    sentence: str
    count: int
    generation: int | None = None

    def as_json(self) -> dict[str, object]:
        """Plain values."""
        return {
            "kind": str(self.kind),
            "sentence": self.sentence,
            "count": self.count,
            "generation": self.generation,
        }


def found(
    kind: Kind, names: Sequence[str], what: str, advice: str, generation: int | None = None, repairable: bool = True
) -> list[Finding]:
    """A finding about these, or none where there are none; `what` goes on after their number."""
    if not names:
        return []
    return [Finding(kind, f"{len(names)} {what}", len(names), names[0], advice, repairable, generation)]
