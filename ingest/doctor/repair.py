"""Mends an index from its catalogue. Nothing is embedded: what has lost its vector for good is set to wait for one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ingest.doctor.articles import mend_articles
from ingest.doctor.examination import opened, unopened
from ingest.doctor.locks import clean_locks
from ingest.doctor.vectors import UNREADABLE, examine_vectors, unsound_embeddings
from ingest.errors import IndexUnavailable
from ingest.finding import Kind, Mended
from ingest.index import Build, Catalogue, Generation, Index, VectorIndex
from ingest.settings import IngestSettings
from ingest.verify import Comparison, compare

_AT_ONCE = 1000


def repair(settings: IngestSettings, index: Index | None = None) -> list[Mended]:
    """Mend what `examine` calls repairable; what was mended. The caller holds the folder's lock.

    Done again it finds nothing to do.

    Raises:
        IndexUnavailable: the catalogue is damaged itself.
        TransientError: the disk is full, or Chroma's server does not answer; done again it goes on.
    """
    if damage := unopened(settings):
        raise IndexUnavailable(damage.sentence)
    done = clean_locks(settings.data)
    with opened(settings, index) as (catalogue, builds):
        if catalogue.integrity():
            raise IndexUnavailable(
                f"The catalogue in {settings.data} is damaged, and everything else is mended from it. Restore "
                "catalogue.db from a backup, or ingest everything again into a new --data folder."
            )
        generations = [b.generation for b in builds if b.generation is not None]
        for model, keys in unsound_embeddings(catalogue, generations):
            catalogue.drop_embeddings(model, keys)
            done.append(
                Mended(Kind.EMBEDDINGS_UNSOUND, f"Threw {len(keys)} unsound embeddings of {model} away.", len(keys))
            )
        for generation in generations:
            done += mend_articles(catalogue, generation)
        done += _mend_vectors(settings, catalogue, [b for b in builds if b.vectors is not None])
        for build in builds:
            if build.vectors is None and build.generation is not None:
                _without_vectors(catalogue, build.generation)
    return done


def _mend_vectors(settings: IngestSettings, catalogue: Catalogue, builds: Sequence[Build]) -> Iterator[Mended]:
    kinds: dict[int, set[Kind]] = {}
    for generation, vectors in _pairs(builds):
        found = examine_vectors(settings, catalogue, Build(generation, None, vectors))
        kinds[generation.id] = {f.kind for f in found}
        if Kind.CHROMA_UNREACHABLE not in kinds[generation.id] and not kinds[generation.id] & UNREADABLE:
            # First, because the whole folder may have to be moved aside.
            yield from _fill_cache(catalogue, generation, vectors, compare(catalogue, generation, vectors))
    if settings.chroma_url is None and any(Kind.CHROMA_DAMAGED in found for found in kinds.values()):
        yield from _set_aside([vectors for _, vectors in _pairs(builds)])
    for generation, vectors in _pairs(builds):
        if Kind.CHROMA_UNREACHABLE in kinds[generation.id]:
            continue
        if bad := kinds[generation.id] & UNREADABLE:
            vectors.close()
            vectors.delete()
            vectors.connect()
            kind = sorted(bad)[0]
            yield Mended(kind, f"Made the collection {generation.collection} anew.", 1, generation.id)
        yield from _write(catalogue, generation, vectors)


def _pairs(builds: Sequence[Build]) -> Iterator[tuple[Generation, VectorIndex]]:
    return ((b.generation, b.vectors) for b in builds if b.generation is not None and b.vectors is not None)


def _set_aside(vectors: Sequence[VectorIndex]) -> Iterator[Mended]:
    for one in vectors:
        one.close()
    place = vectors[0].set_aside()
    if place is not None:
        yield Mended(Kind.CHROMA_DAMAGED, f"Moved the damaged folder to {place}; it may be deleted.", 1)


def _fill_cache(
    catalogue: Catalogue, generation: Generation, vectors: VectorIndex, found: Comparison
) -> Iterator[Mended]:
    for at in range(0, len(found.uncached), _AT_ONCE):
        part = found.uncached[at : at + _AT_ONCE]
        known = catalogue.known_chunks(generation.id, part)
        stored = vectors.get(part)
        catalogue.keep_embeddings(generation.embedder, {known[i][1]: stored[i] for i in part})
    if found.uncached:
        count = len(found.uncached)
        said = f"Copied {count} vectors of generation {generation.id} from Chroma into the cache of embeddings."
        yield Mended(Kind.VECTORS_UNCACHED, said, count, generation.id)


def _write(catalogue: Catalogue, generation: Generation, vectors: VectorIndex) -> Iterator[Mended]:
    """Bring Chroma to what the catalogue says, as far as the cache reaches."""
    number, found = generation.id, compare(catalogue, generation, vectors)
    yield from _fill_cache(catalogue, generation, vectors, found)
    for kind, ids in ((Kind.VECTORS_MISSING, found.missing), (Kind.VECTORS_DIFFER, found.differing)):
        for at in range(0, len(ids), _AT_ONCE):
            if kind == Kind.VECTORS_DIFFER:  # written over, they would stay where the wrong ones were in the graph
                vectors.drop(ids[at : at + _AT_ONCE])
            _put(catalogue, generation, vectors, ids[at : at + _AT_ONCE])
        if ids:
            said = f"Wrote {len(ids)} vectors of generation {number} into Chroma again, from the cache of embeddings."
            yield Mended(kind, said, len(ids), number)
    if found.orphaned:
        vectors.drop(found.orphaned)
        said = f"Took {len(found.orphaned)} vectors of no chunk out of generation {number}."
        yield Mended(Kind.VECTORS_ORPHANED, said, len(found.orphaned), number)
    if found.lost:
        catalogue.wait_again(found.lost, number)
        vectors.drop(found.lost)
        count = len(found.lost)
        said = (
            f"{count} chunks of generation {number} have lost their vectors for good: keywords find them, and the next "
            "`footnote ingest` embeds them again."
        )
        yield Mended(Kind.VECTORS_LOST, said, count, number)
    _settle(catalogue, generation, vectors)


def _settle(catalogue: Catalogue, generation: Generation, vectors: VectorIndex) -> None:
    """Chunks that wait for a vector which the cache has get it now; chunks that are gone leave Chroma."""
    after = 0
    while waiting := catalogue.waiting(_AT_ONCE, generation.id, after):
        after = waiting[-1].row
        cached = catalogue.embeddings(generation.embedder, {w.key for w in waiting}, generation.dimensions)
        ready = [w.id for w in waiting if w.key in cached]
        if ready:
            _put(catalogue, generation, vectors, ready)
            catalogue.mark_ready(ready, generation.id)
    while gone := catalogue.gone(_AT_ONCE, generation.id):
        vectors.drop(gone)
        catalogue.forget(gone, generation.id)


def _put(catalogue: Catalogue, generation: Generation, vectors: VectorIndex, ids: Sequence[str]) -> None:
    known = catalogue.known_chunks(generation.id, ids)
    cached = catalogue.embeddings(generation.embedder, {key for _, key in known.values()}, generation.dimensions)
    vectors.put(ids, np.stack([cached[known[i][1]] for i in ids]), [known[i][0] for i in ids])


def _without_vectors(catalogue: Catalogue, generation: Generation) -> None:
    if generation.state == "serving":
        catalogue.switch()
    else:
        catalogue.mark_all_ready(generation.id)
