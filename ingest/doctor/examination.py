"""Looks at everything in a data folder; changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ingest.doctor.articles import contradictions, keywords
from ingest.doctor.locks import stale_locks
from ingest.doctor.vectors import embeddings_finding, examine_vectors, unsound_embeddings
from ingest.embedding import embedder_from
from ingest.errors import IndexUnavailable, SettingsError
from ingest.finding import Finding, Kind
from ingest.index import NO_EMBEDDER, Build, Catalogue, Generation, Index, VectorIndex
from ingest.settings import IngestSettings

_RESTORE = (
    "This cannot be mended: restore catalogue.db from a backup, or ingest everything again into a new --data folder."
)
_SQLITE = b"SQLite format 3\0"


def examine(settings: IngestSettings, index: Index | None = None) -> list[Finding]:
    """What is wrong with the index in `settings.data`, the worst first; empty where nothing is.

    `index` is given where this process has it open. Chroma is read, so the caller holds the folder's lock.

    Raises:
        TransientError: the catalogue cannot be read now.
    """
    if damage := unopened(settings):
        return [damage]
    findings = stale_locks(settings.data)
    try:
        with opened(settings, index) as (catalogue, builds):
            if said := catalogue.integrity():
                what = f"The catalogue in {settings.data} is damaged: SQLite finds {len(said)} errors in it"
                return [Finding(Kind.CATALOGUE_DAMAGED, what, len(said), advice=_RESTORE), *findings]
            findings += _catalogue(settings, catalogue, builds)
    except IndexUnavailable as error:
        return [Finding(Kind.CATALOGUE_UNREADABLE, str(error).rstrip(".")), *findings]
    return findings


@contextmanager
def opened(settings: IngestSettings, index: Index | None = None) -> Iterator[tuple[Catalogue, tuple[Build, ...]]]:
    """The catalogue and its builds, whatever embedder is configured; those of `index` where it is given.

    Raises:
        IndexUnavailable, TransientError: the catalogue cannot be opened.
    """
    catalogue = index.catalogue if index is not None else Catalogue(settings.data)
    try:
        yield catalogue, tuple(_build(settings, index, one) for one in catalogue.generations())
    finally:
        if index is None:
            catalogue.close()


def _build(settings: IngestSettings, index: Index | None, generation: Generation) -> Build:
    if generation.embedder == NO_EMBEDDER:
        return Build(generation, None, None)
    if index is not None and generation.state == "serving":
        return index.serving()  # the very collection that questions use, so that it is open anew for them
    return Build(generation, None, VectorIndex(settings, generation.collection))


def unopened(settings: IngestSettings) -> Finding | None:
    """A catalogue that must not even be opened: SQLite would take an empty file for a new one."""
    path = settings.data / "catalogue.db"
    try:
        with path.open("rb") as file:
            begins = file.read(len(_SQLITE))
    except FileNotFoundError:
        what = f"There is no catalogue in {settings.data}"
        return Finding(
            Kind.CATALOGUE_MISSING, what, advice="Run `footnote ingest SOURCE` first, or name another --data."
        )
    except OSError as error:
        what = f"The catalogue {path} cannot be read: {error.strerror}"
        return Finding(Kind.CATALOGUE_UNREADABLE, what, advice="Check its owner and permissions.")
    if begins != _SQLITE:
        return Finding(Kind.CATALOGUE_DAMAGED, f"{path} is not a catalogue any more", advice=_RESTORE)
    return None


def _catalogue(settings: IngestSettings, catalogue: Catalogue, builds: tuple[Build, ...]) -> Iterator[Finding]:
    generations = [b.generation for b in builds if b.generation is not None]
    yield from _embedder(settings, generations)
    for model, keys in unsound_embeddings(catalogue, generations):
        yield embeddings_finding(model, keys)
    for build in builds:
        if build.generation is not None:
            yield from contradictions(catalogue, build.generation)
            yield from keywords(catalogue, build.generation)
            yield from examine_vectors(settings, catalogue, build)


def _embedder(settings: IngestSettings, generations: list[Generation]) -> Iterator[Finding]:
    serving = next((g for g in generations if g.state == "serving"), None)
    try:
        embedder = embedder_from(settings)
    except SettingsError as error:
        yield Finding(Kind.EMBEDDER_UNUSABLE, str(error).rstrip("."))
        return
    wanted = embedder.id if embedder else NO_EMBEDDER
    if serving is not None and serving.embedder != wanted:
        yield Finding(
            Kind.EMBEDDER_DIFFERS,
            f"Generation {serving.id} serves and was embedded with {serving.embedder}, but {wanted} is configured",
            advice="Run `footnote generations build` and then `footnote generations flip` to move to it, or set "
            "FOOTNOTE_EMBEDDING__MODEL (and __PROVIDER) back.",
            generation=serving.id,
        )
