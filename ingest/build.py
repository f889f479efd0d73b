"""Generations: build beside, verify, flip, and back again."""

from __future__ import annotations

from dataclasses import dataclass

from ingest import chunk
from ingest.catch_up import CatchUp
from ingest.embedding import embedder_from
from ingest.embedding.workers import Workers
from ingest.errors import IndexUnavailable
from ingest.index import NO_EMBEDDER, Build, Generation, Index, chunker_of, start_generation
from ingest.progress import Progress, Silent
from ingest.reading import keys_of
from ingest.settings import IngestSettings
from ingest.verify import verified

_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Built:
    """A build that is complete and verified; `chunks` were brought in now."""

    generation: Generation
    chunks: int


class Builder:
    """Makes other builds of the same articles."""

    def __init__(
        self, index: Index, settings: IngestSettings, progress: Progress | None = None, workers: Workers | None = None
    ) -> None:
        self._index, self._settings, self._workers = index, settings, workers
        self._progress = progress or Silent()
        self._catalogue = index.catalogue

    def build(self) -> Built:
        """Build as it is configured now, or go on with such a build; what serves goes on serving.

        Raises:
            IndexUnavailable: what serves is already built so, or the build does not stand verification.
            TransientError: the model or Chroma does not answer; a later call goes on.
        """
        embedder = embedder_from(self._settings)
        wanted = embedder.id if embedder else NO_EMBEDDER, chunker_of(self._settings)
        serving = self._catalogue.generation()
        if serving is not None and (serving.embedder, serving.chunker) == wanted:
            raise IndexUnavailable(
                f"Generation {serving.id} serves and is built as configured: there is nothing to build."
            )
        begun = [g for g in self._catalogue.generations() if (g.embedder, g.chunker) == wanted]
        generation = begun[-1] if begun else start_generation(self._catalogue, self._settings, embedder)
        return self.complete(generation)

    def complete(self, generation: Generation) -> Built:
        """Bring a build to the articles as they are now, and verify it.

        Raises:
            as `build` does.
        """
        build, done = self._index.build(generation), 0
        size = int(generation.chunker.split(":")[1])
        while lacking := self._catalogue.lacking(generation.id, _AT_ONCE):
            for article_id, version in lacking:
                article = self._catalogue.article(article_id, version)
                if article is not None:
                    cut = chunk.chunks_of(article, version, size)
                    self._catalogue.fill(generation.id, article, cut, keys_of(article, cut))
        self._catalogue.drop_unseen(generation.id)
        if build.embedder is None:
            self._catalogue.mark_all_ready(generation.id)
        else:
            done = CatchUp(self._catalogue, build, self._settings.embedding, self._progress, self._workers).run()
        self._verify(build)
        return Built(generation, done)

    def flip(self, number: int | None = None) -> Generation:
        """Let a build serve: the newest that does not, or the one of this number; it is completed and verified first.

        Raises:
            IndexUnavailable: there is none, or it does not stand verification; what served goes on serving.
        """
        generation = self._chosen(number)
        self.complete(generation)
        self._catalogue.flip(generation.id)
        return generation

    def rollback(self) -> Generation:
        """Let the build serve that served before.

        Raises:
            IndexUnavailable: there is none.
        """
        serving = self._catalogue.generation()
        kept = [g for g in self._catalogue.generations() if g.state == "kept" and serving and g.id != serving.id]
        if not kept:
            raise IndexUnavailable("There is no earlier generation to go back to.")
        return self.flip(kept[-1].id)

    def drop(self, number: int) -> None:
        """Throw a build away that does not serve, and its vectors with it.

        Raises:
            IndexUnavailable: it serves, or there is none of this number.
        """
        generation = self._catalogue.generation(number)
        if generation is None:
            raise IndexUnavailable(f"There is no generation {number}: see `footnote generations list`.")
        build = self._index.build(generation)
        self._catalogue.forget_generation(number)
        if build.vectors is not None:
            build.vectors.delete()

    def _chosen(self, number: int | None) -> Generation:
        if number is not None:
            generation = self._catalogue.generation(number)
            if generation is None:
                raise IndexUnavailable(f"There is no generation {number}: see `footnote generations list`.")
            return generation
        building = [g for g in self._catalogue.generations() if g.state == "building"]
        if not building:
            raise IndexUnavailable("There is no other generation: run `footnote generations build` first.")
        return building[-1]

    def _verify(self, build: Build) -> None:
        findings = verified(self._catalogue, build)
        if findings and build.generation is not None:
            raise IndexUnavailable(
                f"Generation {build.generation.id} does not stand verification: {'; '.join(map(str, findings))}. "
                "The one before goes on serving. Run `footnote doctor --repair`, then build again."
            )
