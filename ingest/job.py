"""The job: read what sources have, record what is new or changed, embed it, and let search see it."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from ingest import chunk
from ingest.article import Article
from ingest.catch_up import CatchUp
from ingest.dedupe import bands_of, original_of, same_article
from ingest.embedding.workers import Workers
from ingest.errors import FootnoteError, IndexUnavailable
from ingest.index import Index, chunker_of
from ingest.index.catalogue import Known, now
from ingest.progress import Progress, Silent
from ingest.reading import Failure, Prepared, Reader, Unchanged, keys_of, may_change
from ingest.removal import Listing, missing, refusal
from ingest.report import Report
from ingest.settings import IngestSettings
from ingest.sources.base import Source


class Job:
    """One run over some sources."""

    def __init__(
        self,
        index: Index,
        settings: IngestSettings,
        progress: Progress | None = None,
        workers: Workers | None = None,
        within: Collection[str] | None = None,
    ) -> None:
        """`within`: groups whose articles alone this run may change; None for all."""
        self._settings, self._progress, self._workers = settings, progress or Silent(), workers
        self._catalogue, self._build = index.catalogue, index.serving()
        generation = self._build.generation
        if generation is None:
            raise IndexUnavailable(f"The index in {settings.data} has no generation: open it with create=True.")
        self._least = settings.duplicates.least
        self._size = int(generation.chunker.split(":")[1])
        self._within = within
        self._reader = Reader(self._catalogue, self._size, settings.limits, self._progress, within)

    def run(self, sources: Iterable[Source], groups: Sequence[str] = (), allow_removals: bool = False) -> Report:
        """Take in everything the sources have; what fails is in the report, the rest goes in.

        `groups` (default: what each article says of itself, else `public`) may see the articles.
        """
        started, report, started_at = time.monotonic(), Report(), now()
        done: list[str] = []
        try:
            for source in sources:
                self._take(source, groups, allow_removals, report)
                done.append(source.key)
            self._catch_up(report)
        except FootnoteError as error:  # of the index or the embedder: what is recorded is carried on by the next run
            report.failed.append(Failure(str(self._settings.data), str(error)))
        finally:
            self._progress.finish()
        self._finish(report, started)
        with suppress(FootnoteError):  # the disk is full: already in the report
            self._catalogue.record_run(started_at, report.as_json(), tuple(done))
        return report

    def record(self, source: Source) -> Report:
        """Take in what a source has, found by keywords; `catch_up` brings the vectors.

        Raises:
            FootnoteError: the index cannot be written.
        """
        report = Report()
        self._take(source, (), False, report)
        if self._build.embedder is None:
            self._catch_up(report)
        return report

    def catch_up(self) -> Report:
        """Embed whatever still waits."""
        return self.run(())

    def hide(self, article_id: str) -> bool:
        """Take an article out of search now; `catch_up` takes it out of Chroma. False if there is none."""
        return self._remove(article_id)

    def remove(self, article_ids: Iterable[str]) -> Report:
        """Take articles out of search."""
        started, report = time.monotonic(), Report()
        try:
            for article_id in dict.fromkeys(article_ids):
                if self._remove(article_id):
                    report.removed += 1
                else:
                    report.failed.append(
                        Failure(article_id, f"There is no article {article_id!r}: see `footnote articles list`.")
                    )
            self._catch_up(report)
        except FootnoteError as error:  # of the index or the embedder: what is recorded is carried on by the next run
            report.failed.append(Failure(str(self._settings.data), str(error)))
        self._finish(report, started)
        return report

    # One source

    def _take(self, source: Source, groups: Sequence[str], allow_removals: bool, report: Report) -> None:
        listing = Listing()
        for outcome in self._reader.read(source, groups or source.groups):
            if isinstance(outcome, Failure):
                listing.saw(outcome.source)
                listing.whole &= not outcome.whole
                report.failed.append(outcome)
            elif isinstance(outcome, Unchanged):
                listing.saw(outcome.uri)
                report.unchanged += 1
                if outcome.moved:
                    self._catalogue.move(outcome.article_id, outcome.uri, outcome.source, outcome.mark)
            else:
                listing.saw(outcome.article.uri)
                self._record(outcome, report)
        if listing.whole and source.exhaustive:
            self._remove_missing(source, listing, allow_removals, report)

    def _record(self, new: Prepared, report: Report) -> None:
        bands = bands_of(new.article.text)
        original = original_of(self._catalogue, new.article, bands, self._least)
        self._part_duplicates(new.article, searched=original is None)
        if original is not None:
            self._catalogue.add_duplicate(
                new.article, new.version, new.source_hash, original, new.source, new.mark, bands
            )
            report.duplicates += 1
        else:
            self._catalogue.add(new.article, new.source_hash, new.cut, new.keys, new.source, new.mark, bands)
        if new.added:
            report.added += 1
        else:
            report.changed += 1

    def _remove_missing(self, source: Source, listing: Listing, allow_removals: bool, report: Report) -> None:
        gone = sum(1 for _ in self._missing(source, listing))
        if not gone:
            return
        if not allow_removals:
            had = sum(1 for _ in self._catalogue.of_source(source.key))
            refused = refusal(source, gone, had, self._settings.removal)
            if refused is not None:
                report.failed.append(Failure(source.key, refused))
                return
        for known in self._missing(source, listing):
            report.removed += self._remove(known.article_id)

    def _missing(self, source: Source, listing: Listing) -> Iterator[Known]:
        found = missing(self._catalogue, source, listing)
        return (known for known in found if may_change(self._catalogue, known.article_id, self._within))

    def _remove(self, article_id: str) -> bool:
        """Its first duplicate takes its place before it goes, so that what both say is found all the while."""
        for one in self._catalogue.duplicates(article_id)[:1]:
            copy = self._catalogue.article(one)
            if copy is not None:
                self._stand_alone(copy, heir_of=article_id)
        return self._catalogue.remove(article_id)

    # Duplicates

    def _part_duplicates(self, original: Article, searched: bool) -> None:
        """An article changes: what was kept as its duplicate and says something else now stands for itself, once."""
        searchable = [original] if searched else []
        for one in self._catalogue.duplicates(original.id):
            copy = self._catalogue.article(one)
            if copy is None:
                continue
            alike = next((other for other in searchable if same_article(other, copy, self._least)), None)
            if alike is None:
                self._stand_alone(copy)
                searchable.append(copy)
            elif alike is not original:
                self._catalogue.follow(copy.id, alike.id)

    def _stand_alone(self, article: Article, heir_of: str | None = None) -> None:
        number = self._catalogue.serving(article.id) or 1
        cut = chunk.chunks_of(article, number, self._size)
        self._catalogue.add_chunks(article.id, number, cut, keys_of(article, cut), heir_of)

    def _adopt_orphans(self) -> None:
        """The first duplicate of an article that went takes its place, also where a run was killed before it could."""
        for one, gone in self._catalogue.orphans():
            copy = self._catalogue.article(one)
            if copy is not None:
                self._stand_alone(copy, heir_of=gone)

    # Vectors

    def _take_up_overdue(self) -> None:
        """A newest version that waited in another build when this one came to serve waits in this one."""
        for article_id, number in self._catalogue.overdue():
            article = self._catalogue.article(article_id, number)
            if article is not None:
                cut = chunk.chunks_of(article, number, self._size)
                self._catalogue.await_version(cut, keys_of(article, cut))

    def _catch_up(self, report: Report) -> None:
        self._adopt_orphans()
        self._take_up_overdue()
        if self._build.embedder is None:
            self._catalogue.switch()
            while gone := self._catalogue.gone(500):
                self._catalogue.forget(gone)
            return
        work = CatchUp(self._catalogue, self._build, self._settings.embedding, self._progress, self._workers)
        try:
            work.run()
        finally:
            report.chunks += work.done

    def _finish(self, report: Report, started: float) -> None:
        report.seconds = round(time.monotonic() - started, 3)
        generation = self._build.generation
        report.generation = generation.id if generation else None
        if generation is not None and generation.chunker != chunker_of(self._settings):
            report.notes.append(
                "Articles are cut as when this index was built. Run `footnote generations build` to cut all of them "
                "as it is set now."
            )
        with suppress(FootnoteError):
            report.waiting = self._catalogue.count_waiting()
            report.set_aside = self._catalogue.count_chunks("failed")


def sources_of(paths: Sequence[Path]) -> Iterator[Source]:
    """A source for each path."""
    from ingest.sources.folder import FolderSource

    return (FolderSource(path) for path in paths)
