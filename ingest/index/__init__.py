"""What an index is: the catalogue, and Chroma following it."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from ingest import terms
from ingest.chunk import VERSION as CHUNKER
from ingest.embedding import Embedder, embedder_from
from ingest.errors import IndexUnavailable
from ingest.index.catalogue import Catalogue, Generation
from ingest.index.vectors import VectorIndex
from ingest.settings import EmbeddingSettings, IngestSettings

__all__ = ["Build", "Catalogue", "Generation", "Index", "VectorIndex", "chunker_of", "open_index"]

NO_EMBEDDER = "none"
# Settings that change how a model is called, not what vectors it gives.
_NOT_RECORDED = {"api_key", "threads", "batch", "timeout", "concurrency", "per_minute", "price"}


@dataclass(frozen=True, slots=True)
class Build:
    """A generation with the embedder and the vectors that belong to it (None: keywords alone)."""

    generation: Generation | None
    embedder: Embedder | None
    vectors: VectorIndex | None


class Index:
    """The catalogue, and whichever build serves: another process may flip to another one at any time."""

    def __init__(self, catalogue: Catalogue, settings: IngestSettings, embedder: Embedder | None) -> None:
        self.catalogue = catalogue
        self._settings, self._configured = settings, embedder
        self._serving: Build | None = None
        self._following = threading.Lock()

    def serving(self) -> Build:
        """The build that serves now."""
        generation = self.catalogue.generation()
        with self._following:
            if self._serving is None or self._serving.generation != generation:
                self._serving = self.build(generation)
            return self._serving

    def build(self, generation: Generation | None) -> Build:
        """A build, with the embedder it was made with, whatever is configured now."""
        if generation is None or generation.embedder == NO_EMBEDDER:
            return Build(generation, None, None)
        embedder = self._configured
        if embedder is None or embedder.id != generation.embedder:
            embedder = embedder_from(with_embedding(self._settings, dict(generation.embedding or {})))
        return Build(generation, embedder, VectorIndex(self._settings, generation.collection))

    @property
    def generation(self) -> Generation | None:
        """The build that serves."""
        return self.serving().generation

    @property
    def embedder(self) -> Embedder | None:
        """Its embedder; None for keywords alone."""
        return self.serving().embedder

    @property
    def vectors(self) -> VectorIndex | None:
        """Its vectors; None for keywords alone."""
        return self.serving().vectors


def open_index(settings: IngestSettings, create: bool = False, any_model: bool = False) -> Index:
    """Open what `settings.data` holds; `create` makes what is not there.

    `any_model` opens it whatever model is configured: to change that, or to do what needs none.

    Raises:
        IndexUnavailable: there is nothing, or another embedding model or a newer Footnote made it.
    """
    catalogue = Catalogue(settings.data, create)
    embedder = embedder_from(settings)
    generation = catalogue.generation()
    if generation is None and create:
        generation = start_generation(catalogue, settings, embedder)
    wanted = embedder.id if embedder else NO_EMBEDDER
    if generation is not None and create and generation.embedder != wanted and catalogue.is_bare(generation.id):
        generation = start_generation(catalogue, settings, embedder, in_place_of=generation)
    if generation is not None and embedder is not None and generation.embedder != wanted and not any_model:
        raise IndexUnavailable(
            f"The index in {settings.data} was embedded with {generation.embedder}, but {wanted} is configured. "
            "Run `footnote generations build` to move to it, or set FOOTNOTE_EMBEDDING__MODEL (and __PROVIDER) back."
        )
    return Index(catalogue, settings, embedder)


def start_generation(
    catalogue: Catalogue, settings: IngestSettings, embedder: Embedder | None, in_place_of: Generation | None = None
) -> Generation:
    """Record a build as it is configured, or let one that has no vectors yet be that."""
    recorded = settings.embedding.model_dump(mode="json", exclude=_NOT_RECORDED)
    space = (embedder.id, embedder.dimensions) if embedder else (NO_EMBEDDER, 0)
    if in_place_of is not None:
        # A collection keeps the length of the first vector it was given, even when that has left it.
        if in_place_of.embedder != NO_EMBEDDER:
            VectorIndex(settings, in_place_of.collection).delete()
        return catalogue.redefine(in_place_of, *space, recorded)
    return catalogue.start_generation(*space, chunker_of(settings), recorded)


def with_embedding(settings: IngestSettings, recorded: dict[str, object]) -> IngestSettings:
    """The settings with the embedding model that a build recorded; keys and speed stay as they are."""
    kept = settings.embedding.model_dump(include=_NOT_RECORDED)
    return settings.model_copy(update={"embedding": EmbeddingSettings(**{**recorded, **kept})})


def chunker_of(settings: IngestSettings) -> str:
    """Names how articles are cut and how their words are counted."""
    return f"{CHUNKER}:{settings.chunk.size}:{terms.VERSION}"
