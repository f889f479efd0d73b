"""Everything that changes an index, by name: what a command does itself, or asks the running service to do.

Arguments and results are plain JSON values, so that both ways give the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from ingest.build import Builder
from ingest.embedding import embedder_from
from ingest.embedding.workers import Workers
from ingest.errors import ArticleTaken, FootnoteError, PermanentError
from ingest.index import Generation, Index, start_generation, with_embedding
from ingest.index.owner import Owner
from ingest.job import Job
from ingest.progress import Progress
from ingest.reading import may_change
from ingest.settings import ChunkSettings, EmbeddingSettings, IngestSettings

Arguments = Mapping[str, Any]
Result = dict[str, Any]
# What does not depend on the configured model, or is there to change it.
ANY_MODEL = frozenset({"remove", "build", "flip", "rollback", "drop", "doctor"})
_NEEDED = {"ingest": "sources", "put": "article", "remove": "article_ids", "drop": "number"}
# How vectors are made on this machine is the owner's business; which are wanted is the asker's.
_OWN = {"api_key", "threads", "timeout"}


def perform(name: str, arguments: Arguments, index: Index, settings: IngestSettings, progress: Progress) -> Result:
    """Carry out one operation.

    Raises:
        FootnoteError: it could not be done; the message says why.
    """
    if name not in _OPERATIONS:
        raise FootnoteError(f"There is no operation {name!r}.")
    if (needed := _NEEDED.get(name)) is not None and needed not in arguments:
        raise FootnoteError(f"The operation {name} has to be told {needed!r}.")
    with Owner(settings.data, f"footnote {name}", file="writer.lock"):
        if index.catalogue.generation() is None:
            start_generation(index.catalogue, settings, embedder_from(settings))
        return _OPERATIONS[name](arguments, index, settings, progress)


def wanted(settings: IngestSettings) -> Result:
    """The settings that another process has to know to build as this one would."""
    return {
        "embedding": settings.embedding.model_dump(mode="json", exclude=_OWN),
        "chunk": settings.chunk.model_dump(mode="json"),
    }


def _ingest(arguments: Arguments, index: Index, settings: IngestSettings, progress: Progress) -> Result:
    from ingest.sources.listed import sources_from

    workers = workers_from(arguments.get("workers"), index, settings)
    sources = sources_from(arguments["sources"], settings)
    job = Job(index, settings, progress, workers, arguments.get("within"))
    return job.run(sources, allow_removals=arguments.get("allow_removals", False)).as_json()


def _put(arguments: Arguments, index: Index, settings: IngestSettings, progress: Progress) -> Result:
    """Take in one article that was sent, found by keywords from now on; `catch_up` brings its vectors.

    A version before this one stays in search until they are there.

    Raises:
        ArticleTaken: its id is that of an article that another source has, or that may not be changed.
        PermanentError: it cannot go in as it is.
    """
    from ingest.sources.sent import SentArticle, SentSource

    sent, within = SentArticle.from_json(arguments["article"]), arguments.get("within")
    known = index.catalogue.known_id(sent.id)
    if known is not None and not known.removed:
        if not may_change(index.catalogue, sent.id, within):
            raise ArticleTaken(f"The id {sent.id!r} is taken: choose another.")
        if known.uri != sent.uri:
            raise ArticleTaken(
                f"The article {sent.id!r} comes from another source, which would bring it back as it is there: change "
                "it there, or remove it first."
            )
    report = Job(index, settings, progress, within=within).record(SentSource(sent))
    if report.failed:
        raise PermanentError(report.failed[0].error)
    version = index.catalogue.next_version(sent.id) - 1
    return {
        "article_id": sent.id,
        "outcome": "added" if report.added else "changed" if report.changed else "unchanged",
        "version": version,
        "searched": index.catalogue.serving(sent.id) == version,
    }


def _remove(arguments: Arguments, index: Index, settings: IngestSettings, progress: Progress) -> Result:
    return Job(index, settings, progress).remove(arguments["article_ids"]).as_json()


def _retry(arguments: Arguments, index: Index, settings: IngestSettings, progress: Progress) -> Result:
    index.catalogue.retry(arguments.get("article_ids"))
    return Job(index, settings, progress).catch_up().as_json()


def _catch_up(_: Arguments, index: Index, settings: IngestSettings, progress: Progress) -> Result:
    return Job(index, settings, progress).catch_up().as_json()


def _build(arguments: Arguments, index: Index, settings: IngestSettings, progress: Progress) -> Result:
    built = Builder(index, _as_wanted(settings, arguments), progress).build()
    return {"generation": _plain(built.generation), "chunks": built.chunks}


def _flip(arguments: Arguments, index: Index, settings: IngestSettings, progress: Progress) -> Result:
    return {"generation": _plain(Builder(index, settings, progress).flip(arguments.get("number")))}


def _rollback(_: Arguments, index: Index, settings: IngestSettings, progress: Progress) -> Result:
    return {"generation": _plain(Builder(index, settings, progress).rollback())}


def _drop(arguments: Arguments, index: Index, settings: IngestSettings, progress: Progress) -> Result:
    Builder(index, settings, progress).drop(arguments["number"])
    return {"dropped": arguments["number"]}


def workers_from(address: str | None, index: Index, settings: IngestSettings) -> Workers | None:
    """Ray's workers at an address, or None for threads of this process."""
    generation = index.generation
    if address is None or generation is None:
        return None
    from ingest.embedding.ray_workers import RayWorkers

    return RayWorkers(with_embedding(settings, dict(generation.embedding or {})), address)


def checked(settings: IngestSettings, index: Index | None, mend: bool) -> Result:
    """What is wrong, and what was mended; `index` is what this process has open, if it has."""
    from ingest.doctor import examine, repair

    found = examine(settings, index)
    mended = repair(settings, index) if mend and any(one.repairable for one in found) else []
    found = examine(settings, index) if mended else found
    return {"mended": [one.as_json() for one in mended], "findings": [one.as_json() for one in found]}


def _doctor(arguments: Arguments, index: Index, settings: IngestSettings, _: Progress) -> Result:
    return checked(settings, index, bool(arguments.get("repair")))


def _as_wanted(settings: IngestSettings, arguments: Arguments) -> IngestSettings:
    own = settings.embedding.model_dump(include=_OWN)
    given = {**settings.embedding.model_dump(), **arguments.get("embedding", {}), **own}
    size = arguments.get("chunk", settings.chunk.model_dump())
    return settings.model_copy(update={"embedding": EmbeddingSettings(**given), "chunk": ChunkSettings(**size)})


def _plain(generation: Generation) -> Result:
    return asdict(generation)


_OPERATIONS: Mapping[str, Callable[[Arguments, Index, IngestSettings, Progress], Result]] = {
    "ingest": _ingest,
    "put": _put,
    "remove": _remove,
    "retry": _retry,
    "catch_up": _catch_up,
    "build": _build,
    "flip": _flip,
    "rollback": _rollback,
    "drop": _drop,
    "doctor": _doctor,
}
