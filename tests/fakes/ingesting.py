"""Ingest in a process of its own, so that it can be killed, and a reader that tells what search sees afterwards."""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from ingest.build import Builder
from ingest.embedding import embedder_from
from ingest.index import Catalogue, Index, chunker_of, open_index
from ingest.index.owner import Owner
from ingest.job import Job, sources_of
from ingest.settings import ChunkSettings, EmbeddingSettings, IngestSettings
from ingest.verify import verified
from tests.fakes.embedding_endpoint import DIMENSIONS

BATCH, AT_ONCE = 4, 2
QUESTION = "report"

# Imported once; each process is a fork of the one that did. They take seconds to import, and no thread is started.
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(
    [
        "Stemmer",
        "alembic.command",
        "alembic.config",
        "chromadb.api.rust",
        "chromadb.telemetry.product.posthog",
        "chromadb_rust_bindings",
        "httpcore",
        "ingest.build",
        "ingest.embedding.openai",
        "ingest.extract.markdown",
        "ingest.job",
        "ingest.sources.folder",
        "jiter",
        "markdown_it",
        "openai.resources",
    ]
)


@dataclass(frozen=True)
class Site:
    """Where one history takes place: `articles` are files, `data` is the index."""

    folder: Path
    url: str
    doomed: tuple[str, ...] = ()

    @property
    def articles(self) -> Path:
        """What is ingested."""
        return self.folder / "articles"

    def settings(self, model: str = "first", size: int = 300) -> IngestSettings:
        """Small chunks and small batches, so that there is much to interrupt."""
        embedding = EmbeddingSettings(
            base_url=self.url, api_key=SecretStr("key"), model=model, dimensions=DIMENSIONS,
            batch=BATCH, concurrency=AT_ONCE, timeout=10,
        )  # type: ignore[call-arg]  # fmt: skip
        return IngestSettings(data=self.folder / "data", embedding=embedding, chunk=ChunkSettings(size=size))


@dataclass(frozen=True)
class Seen:
    """One article as search sees it."""

    version: int
    text: str
    chunks: int
    waiting: int


@dataclass(frozen=True)
class Sight:
    """What a reader sees: ordinals of chunks by version, for each article, by keywords and by vectors."""

    articles: dict[str, Seen]
    copies: dict[str, str]
    keywords: dict[str, dict[int, set[int]]]
    vectors: dict[str, dict[int, set[int]]]
    states: dict[str, int]
    indexed: int
    stored: int
    findings: tuple[str, ...]
    cached: dict[str, set[str]]
    model: str


def perform(site: Site, operation: str) -> None:
    """One operation; done again after it was killed it goes on.

    Raises:
        AssertionError: something was reported as failed.
    """
    with Owner(site.settings().data, operation):
        if operation == "ingest":
            settings = site.settings()
            report = Job(open_index(settings, create=True), settings).run(sources_of([site.articles]), (), True)
            assert not report.failed, report.failed
        elif operation == "remove by id":
            settings = site.settings()
            index = open_index(settings)
            # Those that went before the kill are not there to be removed again.
            left = [one for one in site.doomed if index.catalogue.serving(one) is not None]
            report = Job(index, settings).remove(left)
            assert not report.failed, report.failed
        elif operation == "rebuild":
            _rebuild(site, site.settings("second", 600))
        elif operation == "rollback":
            index = _index(site.settings())
            if index.serving().generation != index.catalogue.generation(1):
                Builder(index, site.settings()).rollback()
        else:
            raise ValueError(operation)


def _rebuild(site: Site, settings: IngestSettings) -> None:
    index = _index(settings)
    serving = index.catalogue.generation()
    assert serving is not None
    if serving.chunker != chunker_of(settings):
        built = Builder(index, settings).build()
        Builder(index, settings).flip(built.generation.id)


def _index(settings: IngestSettings) -> Index:
    return Index(Catalogue(settings.data), settings, embedder_from(settings))


def look(site: Site, words: dict[str, str], keys: Sequence[str]) -> Sight | None:
    """What search sees; `words` stand in every chunk of an article (by id), `keys` name texts that may be cached.

    None: there is no index yet.
    """
    settings = site.settings()
    with Owner(settings.data, "look"):
        if not (settings.data / "catalogue.db").exists():
            return None
        index = _index(settings)
        build, catalogue = index.serving(), index.catalogue
        generation, vectors = build.generation, build.vectors
        if generation is None:
            return None
        assert vectors is not None
        assert build.embedder is not None
        listed = catalogue.listed()
        stored = vectors.count()
        articles, keyword = {}, {}
        for one in listed:
            article = catalogue.article(one.id)
            assert article is not None
            articles[one.id] = Seen(one.version, article.text, one.chunks, one.waiting)
        for article_id, word in words.items():
            found = [h.chunk_id for h in catalogue.keyword_search([word], ["public"], 1000)]
            keyword[article_id] = _versions(catalogue, found, article_id)
        near = [h.chunk_id for h in vectors.nearest(build.embedder.question(QUESTION), stored)] if stored else []
        dense = {article_id: _versions(catalogue, near, article_id) for article_id in words}
        states = {s: catalogue.count_chunks(s, generation.id) for s in ("new", "ready", "gone", "failed")}
        return Sight(
            articles=articles,
            copies={copy: one.id for one in listed for copy in catalogue.duplicates(one.id)},
            keywords=keyword,
            vectors=dense,
            states=states,
            indexed=catalogue.counts()[1],
            stored=stored,
            findings=tuple(map(str, verified(catalogue, build))),
            cached={g.embedder: set(catalogue.embeddings(g.embedder, keys)) for g in catalogue.generations()},
            model=generation.embedder,
        )


def _versions(catalogue: Catalogue, chunk_ids: Sequence[str], only: str) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for chunk, _ in catalogue.visible(chunk_ids, ["public"]).values():
        if chunk.article_id == only:
            found.setdefault(chunk.version, set()).add(chunk.ordinal)
    return found


def _at_work(pipe: Connection, task: Any, arguments: Sequence[Any]) -> None:
    pipe.send("begun")
    try:
        pipe.send(task(*arguments))
    except BaseException as error:
        pipe.send(error)
        raise


@dataclass
class Work:
    """A process that carries out one task."""

    process: BaseProcess
    pipe: Connection

    @classmethod
    def begin(cls, task: Any, *arguments: Any) -> Work:
        """Start it, and wait until it is about to begin."""
        here, there = _FORKS.Pipe(duplex=False)
        process = _FORKS.Process(target=_at_work, args=(there, task, arguments), daemon=True)
        process.start()
        there.close()
        assert here.recv() == "begun"
        return cls(process, here)

    def kill(self) -> None:
        """SIGKILL."""
        self.process.kill()

    def killed(self) -> bool:
        """Wait for its end; whether it was killed before it was done."""
        self.process.join(120)
        return self.process.exitcode == -9

    def result(self) -> Any:
        """Wait for its result.

        Raises:
            whatever the task raised.
        """
        found = self.pipe.recv()
        self.process.join(120)
        if isinstance(found, BaseException):
            raise found
        return found
