"""A folder of articles and the data folder they are ingested into; and a source whose every answer a test decides."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingest.build import Builder
from ingest.embedding import embedder_from
from ingest.errors import FootnoteError
from ingest.index import Catalogue, Index, open_index
from ingest.job import Job, sources_of
from ingest.plan import Plan, plan
from ingest.progress import Silent
from ingest.report import Report
from ingest.settings import EmbeddingSettings, IngestSettings
from ingest.sources.base import Fetched, Item, Source, Unreadable
from ingest.terms import question_terms


class Shelf:
    """Writes articles, takes them in, and asks both searches."""

    def __init__(self, folder: Path, **embedding: Any) -> None:
        self.articles = folder / "articles"
        self.articles.mkdir(parents=True)
        self.settings = IngestSettings(
            data=folder / "data", embedding=EmbeddingSettings(**{"provider": "hashing", **embedding})
        )

    def with_settings(self, **settings: Any) -> Shelf:
        """The same shelf, set otherwise from here on."""
        self.settings = self.settings.model_copy(update=settings)
        return self

    def with_embedding(self, **embedding: Any) -> Shelf:
        """The same shelf with another model."""
        return self.with_settings(embedding=EmbeddingSettings(**{"provider": "hashing", **embedding}))

    def put(self, name: str, text: str) -> Path:
        """Write a file."""
        path = self.articles / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    def records(self, name: str, *records: dict[str, Any]) -> Path:
        """Write a file of ready articles."""
        return self.put(name, "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records))

    @property
    def index(self) -> Index:
        """The index, freshly opened."""
        return open_index(self.settings, create=True)

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue alone."""
        return Catalogue(self.settings.data)

    @property
    def builder(self) -> Builder:
        """What builds generations, as the command does it."""
        return Builder(Index(self.catalogue, self.settings, embedder_from(self.settings)), self.settings)

    def ingest(self, *sources: Path | Source, groups: tuple[str, ...] = (), allow_removals: bool = False) -> Report:
        """Take in paths or sources; without any, the folder."""
        with closing(self.index.catalogue) as catalogue:
            index = Index(catalogue, self.settings, embedder_from(self.settings))
            return Job(index, self.settings).run(_sources(sources or [self.articles]), groups, allow_removals)

    def plan(self, *sources: Path | Source, allow_removals: bool = False) -> Plan:
        """What that would do, told without an embedder."""
        with closing(self.catalogue) as catalogue:
            generation = catalogue.generation()
            assert generation is not None
            wanted = _sources(sources or [self.articles])
            return plan(catalogue, self.settings, generation.embedder, wanted, Silent(), allow_removals)

    def remove(self, *article_ids: str) -> Report:
        """Remove articles by id."""
        with closing(self.catalogue) as catalogue:
            return Job(Index(catalogue, self.settings, None), self.settings).remove(article_ids)

    def find(self, question: str, *groups: str) -> list[str]:
        """Ids and versions of what both searches give to one of the groups."""
        return sorted({*self.by_keywords(question, *groups), *self.by_vectors(question, *groups)})

    def by_keywords(self, question: str, *groups: str) -> list[str]:
        """The same of the keyword search alone."""
        wanted = groups or ("public",)
        with closing(self.catalogue) as catalogue:
            hits = catalogue.keyword_search(question_terms(question), wanted, 20)
            return _seen(catalogue, [h.chunk_id for h in hits], wanted)

    def by_vectors(self, question: str, *groups: str) -> list[str]:
        """The same of the vectors alone, where they are near."""
        with closing(self.catalogue) as catalogue:
            build = Index(catalogue, self.settings, None).serving()
            if build.vectors is None or build.embedder is None or not build.vectors.count():
                return []
            near = build.vectors.nearest(build.embedder.question(question), 20)
            return _seen(catalogue, [h.chunk_id for h in near if h.cosine > 0.3], groups or ("public",))

    def in_chroma(self) -> int:
        """Vectors of the build that serves."""
        with closing(self.catalogue) as catalogue:
            vectors = Index(catalogue, self.settings, None).vectors
            return vectors.count() if vectors else 0

    def ids(self) -> list[str]:
        """Articles that search sees."""
        with closing(self.catalogue) as catalogue:
            return [a.id for a in catalogue.listed()]


@dataclass
class Pages:
    """A source of texts by name; `marks` are those of its listing, `versions` those of its contents."""

    key: str = "https://site.example/"
    groups: tuple[str, ...] = ()
    exhaustive: bool = True
    texts: dict[str, str] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    fails: FootnoteError | None = None
    fetched: list[str] = field(default_factory=list)

    def list(self) -> Iterator[Item | Unreadable]:
        """Every page; what `fails` comes last."""
        for name in self.texts:
            yield Item(self.key + name, name, self._fetch(name), self.marks.get(name))
        if self.fails is not None:
            yield Unreadable(self.key, self.fails)

    def _fetch(self, name: str) -> Any:
        def fetch(kept: str | None) -> Fetched | None:
            self.fetched.append(name)
            version = self.versions.get(name)
            if version is not None and version == kept:
                return None
            return Fetched(self.texts[name].encode(), f"{name}.txt", version)

        return fetch


def counts(report: Report) -> tuple[int, int, int, int]:
    """(added, changed, unchanged, failed)."""
    return report.added, report.changed, report.unchanged, len(report.failed)


def _sources(given: Sequence[Path | Source]) -> Iterator[Source]:
    for one in given:
        if isinstance(one, Path):
            yield from sources_of([one])
        else:
            yield one


def _seen(catalogue: Catalogue, chunk_ids: Sequence[str], groups: Sequence[str]) -> list[str]:
    return sorted({f"{a.id}@{c.version}" for c, a in catalogue.visible(chunk_ids, groups).values()})
