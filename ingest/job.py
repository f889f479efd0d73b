"""The job: read what sources have, record what is new or changed, embed it, and let search see it."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ingest import chunk, terms
from ingest.article import PUBLIC, Article
from ingest.characters import normalise
from ingest.clean import clean
from ingest.errors import FootnoteError, PermanentError, TransientError
from ingest.extract import extractor_for
from ingest.extract.base import Draft
from ingest.extract.jsonl import ReadyArticle, read_jsonl
from ingest.index import Index
from ingest.index.catalogue import Known, Waiting, now
from ingest.language import is_cjk, language_of
from ingest.progress import Progress, Silent
from ingest.settings import IngestSettings
from ingest.slug import slug_of
from ingest.sources.base import Item, Source, Unreadable

# What reads, cleans and cuts an article; a new number reads every article again on the next run.
READER = f"1.{chunk.VERSION}.{terms.VERSION}"

_EVERY = 100  # articles of one file between two signs of life


@dataclass(frozen=True, slots=True)
class Failure:
    """A source that did not go in, and why."""

    source: str
    error: str


@dataclass(slots=True)
class Report:
    """What a run did. `chunks` counts those embedded or found in the cache; `waiting` those still to be."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    failed: list[Failure] = field(default_factory=list)
    chunks: int = 0
    waiting: int = 0
    seconds: float = 0.0
    generation: int | None = None

    def as_json(self) -> dict[str, object]:
        """Plain values."""
        return asdict(self)


class Job:
    """One run over some sources."""

    def __init__(self, index: Index, settings: IngestSettings, progress: Progress | None = None) -> None:
        self._index, self._settings, self._progress = index, settings, progress or Silent()
        self._catalogue = index.catalogue

    def run(self, sources: Iterable[Source], groups: Sequence[str] = ()) -> Report:
        """Take in everything the sources have; what fails is in the report, the rest goes in.

        `groups` (default: what each article says of itself, else `public`) may see the articles.
        """
        started, report, started_at = time.monotonic(), Report(), now()
        try:
            for source in sources:
                for item in source.list():
                    self._take(item, tuple(groups), report)
            self._embed(report)
        except FootnoteError as error:  # of the index or the embedder: what is recorded is carried on by the next run
            report.failed.append(Failure(str(self._settings.data), str(error)))
        finally:
            self._progress.finish()
        report.seconds = round(time.monotonic() - started, 3)
        report.generation = self._index.generation.id if self._index.generation else None
        try:
            report.waiting = self._catalogue.count_waiting() if self._index.embedder else 0
            self._catalogue.record_run(started_at, report.as_json())
        except FootnoteError:
            pass  # the disk is full: already in the report
        return report

    def remove(self, article_ids: Iterable[str]) -> Report:
        """Take articles out of search."""
        started, report = time.monotonic(), Report()
        for article_id in dict.fromkeys(article_ids):
            if self._catalogue.remove(article_id):
                report.removed += 1
            else:
                report.failed.append(
                    Failure(article_id, f"There is no article {article_id!r}: see `footnote articles list`.")
                )
        try:
            self._drop_gone()
        except FootnoteError as error:
            report.failed.append(Failure(str(self._settings.data), str(error)))
        report.seconds = round(time.monotonic() - started, 3)
        return report

    # One item

    def _take(self, item: Item | Unreadable, groups: tuple[str, ...], report: Report) -> None:
        if isinstance(item, Unreadable):
            report.failed.append(Failure(item.uri, str(item.error)))
            return
        self._progress.reading(item.name)
        try:
            if item.size > self._settings.limits.file_bytes and not item.ready:
                raise PermanentError(
                    f"{item.name} has {item.size / 1e6:.0f} MB; at most "
                    f"{self._settings.limits.file_bytes / 1e6:.0f} MB are read. "
                    "Split it, or raise FOOTNOTE_LIMITS__FILE_BYTES."
                )
            if item.ready:
                self._take_ready(item, groups, report)
            else:
                self._take_file(item, groups, report)
        except PermanentError as error:
            report.failed.append(Failure(item.uri, str(error)))

    def _take_file(self, item: Item, groups: tuple[str, ...], report: Report) -> None:
        try:
            data = item.fetch()
        except TransientError as error:  # of this file alone: the others still go in
            report.failed.append(Failure(item.uri, str(error)))
            return
        source_hash = _hashed(data, item.name.encode(), " ".join(groups).encode(), self._reader())
        known = self._catalogue.known(item.uri)
        if _unchanged(known, source_hash):
            report.unchanged += 1
            return
        extract = extractor_for(item.name)
        if extract is None:
            raise PermanentError(f"{item.name} is of a format that is not read.")
        if not data.strip():
            raise PermanentError(f"{item.name} is empty: there is nothing to index.")
        article_id = known.article_id if known else self._free_id(item)
        article = self._article(article_id, item, extract(data, item.name), groups)
        self._record(article, item.name, source_hash, known, report)

    def _take_ready(self, item: Item, groups: tuple[str, ...], report: Report) -> None:
        try:
            file = Path(item.uri).open("rb")  # noqa: SIM115 - closed by `with`, whose body raises errors of other files
        except OSError as error:
            raise PermanentError(f"{item.name} cannot be read: {error.strerror}. Check its permissions.") from None
        lines: dict[str, int] = {}
        with file:
            for number, record in enumerate(read_jsonl(file, item.name)):
                if number % _EVERY == 0:
                    self._progress.reading(f"{item.name}, article {number + 1}")
                if isinstance(record, PermanentError):
                    report.failed.append(Failure(item.uri, str(record)))
                    continue
                try:
                    if (first := lines.setdefault(record.id, record.line)) != record.line:
                        raise PermanentError(
                            f"{item.name}, line {record.line}: the id {record.id!r} is line {first}'s already. "
                            "Give every article an id of its own."
                        )
                    self._take_record(item, record, groups, report)
                except PermanentError as error:
                    report.failed.append(Failure(f"{item.uri}#{record.id}", str(error)))

    def _take_record(self, item: Item, record: ReadyArticle, groups: tuple[str, ...], report: Report) -> None:
        source_hash = _hashed(repr(record_key(record)).encode(), " ".join(groups).encode(), self._reader())
        known = self._catalogue.known_id(record.id)
        if known is not None and not known.uri.endswith(f"#{record.id}"):
            raise PermanentError(
                f"{item.name}, line {record.line}: the id {record.id!r} is that of the article from {known.uri}. "
                "Give this one another."
            )
        if _unchanged(known, source_hash):
            report.unchanged += 1
            return
        text = normalise(record.text).strip()
        article = Article(
            id=record.id,
            title=normalise(record.title or "").strip() or text.split("\n", 1)[0][:80],
            text=text,
            language=_language(record.lang, text),
            uri=f"{item.uri}#{record.id}",
            author=record.author,
            published_at=record.published_at,
            url=record.url,
            groups=groups or tuple(record.groups) or (PUBLIC,),
        )
        self._record(article, f"{item.name}, line {record.line}", source_hash, known, report)

    def _article(self, article_id: str, item: Item, draft: Draft, groups: tuple[str, ...]) -> Article:
        cleaned = clean(draft, item.name)
        return Article(
            id=article_id,
            title=cleaned.title,
            text=cleaned.text,
            language=_language(draft.language, cleaned.text),
            uri=item.uri,
            author=cleaned.author,
            published_at=cleaned.published_at,
            url=draft.url,
            groups=groups or draft.groups or (PUBLIC,),
            sections=cleaned.sections,
            pages=cleaned.pages,
            metadata=draft.metadata,
        )

    def _record(self, article: Article, name: str, source_hash: str, known: Known | None, report: Report) -> None:
        limit = self._settings.limits.article_characters
        if len(article.text) > limit:
            raise PermanentError(
                f"{name} has {len(article.text):,} characters; at most {limit:,} are read. "
                "Split it, or raise FOOTNOTE_LIMITS__ARTICLE_CHARACTERS."
            )
        version = self._catalogue.next_version(article.id)
        cut = chunk.chunks_of(article, version, self._settings.chunk.size)
        if not cut:
            raise PermanentError(f"{name} has no sentence that could be searched: take it out, or mend its text.")
        keys = [_hashed(embedded_text(article.title, c.section, c.text).encode()) for c in cut]
        self._catalogue.add(article, source_hash, cut, keys)
        if known is None or known.removed:
            report.added += 1
        else:
            report.changed += 1

    def _free_id(self, item: Item) -> str:
        """A readable id that no other source has; the same source keeps it, because the catalogue remembers."""
        plain = slug_of(item.name)
        return plain if self._catalogue.known_id(plain) is None else f"{plain}-{_hashed(item.uri.encode())[:8]}"

    def _reader(self) -> bytes:
        return f"{READER}.{self._settings.chunk.size}".encode()

    # Vectors

    def _embed(self, report: Report) -> None:
        embedder, vectors = self._index.embedder, self._index.vectors
        if embedder is None or vectors is None:
            self._catalogue.switch()
            return
        total = self._catalogue.count_waiting()
        self._progress.embedding(0, total)
        while waiting := self._catalogue.waiting(self._settings.embedding.batch):
            found = self._catalogue.embeddings(embedder.id, {w.key for w in waiting})
            missing = {w.key: w for w in waiting if w.key not in found}
            if missing:
                made = embedder.passages([_passage(w) for w in missing.values()])
                fresh = dict(zip(missing, made, strict=True))
                self._catalogue.keep_embeddings(embedder.id, fresh)
                found |= fresh
            import numpy as np

            vectors.put(
                [w.id for w in waiting], np.stack([found[w.key] for w in waiting]), [w.article_id for w in waiting]
            )
            self._catalogue.mark_ready([w.id for w in waiting])
            report.chunks += len(waiting)
            self._progress.embedding(report.chunks, max(total, report.chunks))
        self._drop_gone()

    def _drop_gone(self) -> None:
        if self._index.vectors is None and self._index.generation is not None:
            return  # Chroma has them and is not open: the next run that embeds takes them out
        while gone := self._catalogue.gone(500):
            if self._index.vectors is not None:
                self._index.vectors.drop(gone)
            self._catalogue.forget(gone)


def embedded_text(title: str, section: str | None, text: str) -> str:
    """What is embedded for a chunk: the title and heading tell it from its like in other articles."""
    return "\n".join(part for part in (title, section, text) if part)


def record_key(record: ReadyArticle) -> tuple[object, ...]:
    """All of a record that, when it changes, changes the article; its line number does not."""
    return (
        record.id,
        record.title,
        record.text,
        record.url,
        record.published_at,
        record.author,
        record.lang,
        record.groups,
    )


def _passage(waiting: Waiting) -> str:
    return embedded_text(waiting.title, waiting.chunk.section, waiting.chunk.text)


def _language(said: str | None, text: str) -> str:
    """The language an article says it has, where that is a language and its script does not say otherwise."""
    found = language_of(text)
    short = (said or "").replace("_", "-").split("-")[0].lower()
    is_code = short.isascii() and short.isalpha() and len(short) in (2, 3)
    return short if is_code and is_cjk(short) == is_cjk(found) else found


def _unchanged(known: Known | None, source_hash: str) -> bool:
    return known is not None and not known.removed and known.source_hash == source_hash


def _hashed(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def sources_of(paths: Sequence[Path]) -> Iterator[Source]:
    """A source for each path."""
    from ingest.sources.folder import FolderSource

    return (FolderSource(path) for path in paths)
