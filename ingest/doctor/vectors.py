"""Chroma and the cache of embeddings against the catalogue."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from ingest.errors import IndexUnavailable, TransientError
from ingest.finding import Finding, Kind
from ingest.index import Build, Catalogue, Generation, VectorIndex
from ingest.settings import IngestSettings
from ingest.verify import verified

# What these name cannot be read as it is; the rest of the vectors' findings are about single vectors.
UNREADABLE = frozenset({Kind.COLLECTION_MISSING, Kind.CHROMA_DAMAGED, Kind.DIMENSIONS_DIFFER, Kind.GRAPH_DAMAGED})
# Imports what is slow once; no thread of this process is taken along.
_FORKS = multiprocessing.get_context("forkserver")
_PRELOADED = ["ingest.doctor.vectors", "chromadb", "chromadb.api.rust", "chromadb.telemetry.product.posthog"]
_ANEW = "It is made anew from the cache of embeddings; nothing is embedded again."


def examine_vectors(settings: IngestSettings, catalogue: Catalogue, build: Build) -> list[Finding]:
    """What is wrong with a build's vectors.

    A damaged graph can end the process that searches it, so a folder that is not open yet is tried in another one.
    """
    if build.vectors is None or build.generation is None:
        return []
    if settings.chroma_url is not None or build.vectors.is_open():
        return _look(settings, catalogue, build)
    _FORKS.set_forkserver_preload(_PRELOADED)
    with ProcessPoolExecutor(1, mp_context=_FORKS) as other:
        try:
            return other.submit(_look_apart, settings, build.generation).result()
        except BrokenProcessPool:
            return [_damaged(build.generation, "it ends the process that searches it")]


def unsound_embeddings(catalogue: Catalogue, generations: Sequence[Generation]) -> Iterator[tuple[str, list[str]]]:
    """(model, keys) of cached embeddings that no model can have made."""
    for model, dimensions in sorted({(g.embedder, g.dimensions) for g in generations if g.dimensions}):
        if keys := list(catalogue.unsound_embeddings(model, dimensions)):
            yield model, keys


def embeddings_finding(model: str, keys: Sequence[str]) -> Finding:
    """That cached embeddings are unsound."""
    return Finding(
        Kind.EMBEDDINGS_UNSOUND,
        f"{len(keys)} embeddings of {model} in the cache are not what a model can have made",
        len(keys),
        keys[0],
        "They are thrown away, and copied from Chroma where it has them.",
        True,
    )


def _look_apart(settings: IngestSettings, generation: Generation) -> list[Finding]:
    catalogue = Catalogue(settings.data)
    try:
        return _look(settings, catalogue, Build(generation, None, VectorIndex(settings, generation.collection)))
    finally:
        catalogue.close()


def _look(settings: IngestSettings, catalogue: Catalogue, build: Build) -> list[Finding]:
    generation, vectors = build.generation, build.vectors
    if generation is None or vectors is None:
        return []
    try:
        if not vectors.is_there():
            return _missing(catalogue, generation)
    except (TransientError, IndexUnavailable) as error:
        if settings.chroma_url is None:
            return [_damaged(generation, "it cannot be opened")]
        return [Finding(Kind.CHROMA_UNREACHABLE, str(error).rstrip("."), generation=generation.id)]
    try:
        return verified(catalogue, build)
    except (TransientError, IndexUnavailable):
        return [_damaged(generation, "it cannot be read")]


def _missing(catalogue: Catalogue, generation: Generation) -> list[Finding]:
    lacking = catalogue.count_chunks("ready", generation.id)
    if not lacking:
        return []
    what = f"The vectors of generation {generation.id} are gone: Chroma has no collection {generation.collection}"
    return [Finding(Kind.COLLECTION_MISSING, what, lacking, "", _ANEW, True, generation.id)]


def _damaged(generation: Generation, how: str) -> Finding:
    what = f"Chroma's collection {generation.collection} of generation {generation.id} is damaged: {how}"
    return Finding(Kind.CHROMA_DAMAGED, what, 1, "", _ANEW, True, generation.id)
