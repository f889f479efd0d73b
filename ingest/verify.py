"""Are a build's vectors right? Each stored one against the cache, and a search against one by brute force."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from ingest.embedding.base import Vectors
from ingest.finding import Finding, Kind, found
from ingest.index import Build, Catalogue, Generation, VectorIndex
from ingest.index.catalogue.embeddings import sound

_PROBES, _NEAREST = 20, 10
# What HNSW with these settings finds of the true ten nearest; less means that its graph is damaged.
LEAST_RECALL = 0.9
_CLOSE = 1e-3
_AGAIN = "They are written again from the cache; nothing is embedded again."


@dataclass(slots=True)
class Comparison:
    """Chunk ids by what is wrong with their vectors; a chunk is in one of the lists at most."""

    missing: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)
    uncached: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    orphaned: list[str] = field(default_factory=list)
    stored_dimensions: int | None = None
    ready: int = 0
    sample: list[Vectors] = field(default_factory=list)


def verified(catalogue: Catalogue, build: Build) -> list[Finding]:
    """What is wrong with a build's vectors; empty where nothing is.

    Raises:
        TransientError, IndexUnavailable: Chroma cannot be read at all.
    """
    if build.generation is None or build.vectors is None:
        return []
    generation, vectors = build.generation, build.vectors
    number, said = generation.id, f"of generation {generation.id}"
    result = compare(catalogue, generation, vectors)
    if result.stored_dimensions not in (None, generation.dimensions):
        return [
            Finding(
                Kind.DIMENSIONS_DIFFER,
                f"The vectors {said} in Chroma have {result.stored_dimensions} dimensions, those that were made have "
                f"{generation.dimensions}",
                result.ready,
                "",
                "They are written again from the cache; nothing is embedded again.",
                True,
                number,
            )
        ]
    findings = [
        *found(Kind.VECTORS_MISSING, result.missing, f"chunks {said} have no vector in Chroma", _AGAIN, number),
        *found(
            Kind.VECTORS_DIFFER,
            result.differing,
            f"vectors {said} in Chroma are not those that were made",
            _AGAIN,
            number,
        ),
        *found(
            Kind.VECTORS_UNCACHED,
            result.uncached,
            f"vectors {said} are in Chroma but not in the cache of embeddings",
            "They are copied into it.",
            number,
        ),
        *found(
            Kind.VECTORS_LOST,
            result.lost,
            f"chunks {said} have lost their vectors, in Chroma and in the cache of embeddings",
            "Keywords find them; they are set to wait and have to be embedded again by the next `footnote ingest`.",
            number,
        ),
        *found(
            Kind.VECTORS_ORPHANED,
            result.orphaned,
            f"vectors {said} in Chroma belong to no chunk",
            "They are taken out.",
            number,
        ),
    ]
    if not findings:
        recall = recall_of(catalogue, build, result.sample[:_PROBES])
        if recall is not None and recall < LEAST_RECALL:
            findings = [
                Finding(
                    Kind.GRAPH_DAMAGED,
                    f"Chroma's graph {said} is damaged: search finds {recall:.0%} of the nearest vectors",
                    1,
                    "",
                    "It is made anew from the cache; nothing is embedded again.",
                    True,
                    number,
                )
            ]
    return findings


def compare(catalogue: Catalogue, generation: Generation, vectors: VectorIndex) -> Comparison:
    """Chroma against the catalogue and its cache, for every chunk that is `ready`.

    Raises:
        TransientError, IndexUnavailable: Chroma cannot be read at all.
    """
    number, size = generation.id, generation.dimensions
    result = Comparison()
    every = max(1, catalogue.count_chunks("ready", number) // _PROBES)
    for keys in catalogue.chunk_keys(number):
        stored = vectors.get(list(keys))
        if result.stored_dimensions is None and stored:
            result.stored_dimensions = len(next(iter(stored.values())))
        cached = catalogue.embeddings(generation.embedder, set(keys.values()), size)
        for chunk_id, key in keys.items():
            there, made = stored.get(chunk_id), cached.get(key)
            if made is None:
                usable = there is not None and sound(there, size)
                (result.uncached if usable else result.lost).append(chunk_id)
            elif there is None:
                result.missing.append(chunk_id)
            elif not _equal(there, made):
                result.differing.append(chunk_id)
            elif result.ready % every == 0:
                result.sample.append(made)
            result.ready += 1
    for ids in vectors.ids():
        known = catalogue.known_chunks(number, ids)
        result.orphaned += [one for one in ids if one not in known]
    return result


def recall_of(catalogue: Catalogue, build: Build, probes: list[Vectors]) -> float | None:
    """Share of the nearest vectors by brute force over the cache that Chroma finds too; None without probes."""
    if not probes or build.generation is None or build.vectors is None:
        return None
    wanted = np.stack(probes)
    # Beside a vector itself nearly everything is found: what is asked for lies between two.
    wanted = wanted + 0.5 * np.roll(wanted, 1, axis=0)
    wanted /= np.linalg.norm(wanted, axis=1, keepdims=True)
    best = np.zeros((len(wanted), 0), np.float32)
    for block in _blocks(catalogue, build.generation):
        best = np.sort(np.concatenate([best, wanted @ block.T], axis=1), axis=1)[:, -_NEAREST:]
    hits = total = 0
    for row, question in zip(best, wanted, strict=True):
        near = [h.cosine for h in build.vectors.nearest(question, _NEAREST)]
        # Compared by nearness and not by name: equal texts have equal vectors.
        hits += sum(cosine >= row[0] - _CLOSE for cosine in near)
        total += len(row)
    return hits / total if total else None


def _blocks(catalogue: Catalogue, generation: Generation) -> Iterator[Vectors]:
    for keys in catalogue.chunk_keys(generation.id):
        cached = catalogue.embeddings(generation.embedder, set(keys.values()), generation.dimensions)
        rows = [cached[key] for key in keys.values() if key in cached]
        if rows:
            yield np.stack(rows)


def _equal(stored: Vectors, made: Vectors) -> bool:
    return stored.shape == made.shape and bool(np.allclose(stored, made, atol=_CLOSE))
