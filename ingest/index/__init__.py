"""What an index is: the catalogue, and Chroma following it."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.chunk import VERSION as CHUNKER
from ingest.embedding import Embedder, embedder_from
from ingest.errors import IndexUnavailable
from ingest.index.catalogue import Catalogue, Generation
from ingest.index.vectors import VectorIndex
from ingest.settings import IngestSettings

__all__ = ["Catalogue", "Index", "VectorIndex", "open_index"]


@dataclass(frozen=True, slots=True)
class Index:
    """The catalogue, and the embedder and vectors that belong to its serving generation (None: keywords alone)."""

    catalogue: Catalogue
    embedder: Embedder | None
    vectors: VectorIndex | None
    generation: Generation | None


def open_index(settings: IngestSettings, create: bool = False) -> Index:
    """Open what `settings.data` holds; `create` makes what is not there.

    Raises:
        IndexUnavailable: there is nothing, or another embedding model or a newer Footnote made it.
    """
    catalogue = Catalogue(settings.data, create)
    embedder = embedder_from(settings)
    generation = catalogue.generation()
    if embedder is None:
        return Index(catalogue, None, None, generation)
    if generation is None:
        if not create:
            return Index(catalogue, None, None, None)
        chunker = f"{CHUNKER}:{settings.chunk.size}"
        generation = catalogue.start_generation(embedder.id, embedder.dimensions, chunker)
    if generation.embedder != embedder.id:
        raise IndexUnavailable(
            f"The index in {settings.data} was embedded with {generation.embedder}, but {embedder.id} is configured. "
            f"Set FOOTNOTE_EMBEDDING__MODEL (and __PROVIDER) back to it, or ingest into a new folder with --data."
        )
    return Index(
        catalogue, embedder, VectorIndex(settings.data, generation.collection, settings.chroma_url), generation
    )
