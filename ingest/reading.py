"""From what a source lists to articles that are ready to be recorded. Reads the catalogue, writes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from ingest import chunk
from ingest.article import PUBLIC, Article, Chunk, embedded_text
from ingest.cleaning.characters import normalise
from ingest.cleaning.clean import clean
from ingest.errors import IncompleteListing, PermanentError, TransientError
from ingest.extract import extractor_for
from ingest.extract.base import Draft
from ingest.extract.jsonl import ReadyArticle
from ingest.index import Catalogue
from ingest.index.catalogue import Known
from ingest.language import is_cjk, language_of
from ingest.progress import Progress, Silent
from ingest.settings import LimitSettings
from ingest.slug import slug_of
from ingest.sources.base import NO_FACTS, Fetched, Given, Item, Source, Unreadable

# What reads and cleans an article; a new number reads every article again on the next run.
READER = "2"
_AT_ONCE = 200
_BETWEEN = "\x1f"


@dataclass(frozen=True, slots=True)
class Prepared:
    """An article that is new or has changed, cut into chunks; `keys` name their embeddings."""

    article: Article
    source: str
    source_hash: str
    mark: str | None
    version: int
    cut: tuple[Chunk, ...]
    keys: tuple[str, ...]
    added: bool


@dataclass(frozen=True, slots=True)
class Unchanged:
    """An article that is as it was; `moved` where its address, source or mark is another now."""

    article_id: str
    uri: str
    source: str
    mark: str | None
    moved: bool


@dataclass(frozen=True, slots=True)
class Failure:
    """What did not go in, and why. `whole`: the source could not be listed to its end."""

    source: str
    error: str
    whole: bool = False


class Reader:
    """Reads sources against what the catalogue knows."""

    def __init__(
        self,
        catalogue: Catalogue,
        size: int,
        limits: LimitSettings,
        progress: Progress | None = None,
        within: Collection[str] | None = None,
    ) -> None:
        """`size`: most characters in a chunk. `within`: only articles of no other groups than these may change."""
        self._catalogue, self._size, self._limits = catalogue, size, limits
        self._progress, self._within = progress or Silent(), within
        self._taken: dict[str, str] = {}

    def read(self, source: Source, groups: Sequence[str] = ()) -> Iterator[Prepared | Unchanged | Failure]:
        """Every item of a source, in its order; for `groups` see `Job.run`."""
        listed = source.list()
        while batch := list(islice(listed, _AT_ONCE)):
            known = self._catalogue.known_many([one.uri for one in batch if isinstance(one, Item)])
            for one in batch:
                if isinstance(one, Unreadable):
                    yield Failure(one.uri, str(one.error), isinstance(one.error, IncompleteListing))
                    continue
                self._progress.reading(one.name)
                try:
                    yield self._item(one, source.key, tuple(groups), known.get(one.uri))
                except (PermanentError, TransientError) as error:
                    yield Failure(one.uri, str(error))

    def _item(self, item: Item, source: str, groups: tuple[str, ...], known: Known | None) -> Prepared | Unchanged:
        if item.size > self._limits.file_bytes:
            raise PermanentError(
                f"{item.name} has {item.size / 1e6:.0f} MB; at most {self._limits.file_bytes / 1e6:.0f} MB are read. "
                "Split it, or raise FOOTNOTE_LIMITS__FILE_BYTES."
            )
        current = self._current(item, known)
        listed, version = _marks(current, groups)
        if current and item.mark is not None and item.mark == listed:
            return Unchanged(current.article_id, item.uri, source, current.mark, current.source != source)
        content = item.fetch(version)
        if content is None:
            if current is None:
                raise TransientError(
                    f"{item.name} gave nothing although it was never read: run the same command again."
                )
            new_mark = _marked(groups, item.mark, version)
            moved = (current.source, current.mark) != (source, new_mark)
            return Unchanged(current.article_id, item.uri, source, new_mark, moved)
        new_mark = _marked(groups, item.mark, content.mark if isinstance(content, Fetched) else None)
        source_hash = _hash_of(content, groups)
        named = _named(content)
        if named is not None:
            known = self._owner_of(item, named, source_hash, known)
            current = self._current(item, known)
        if current is not None and current.source_hash == source_hash:
            moved = (current.uri, current.source, current.mark) != (item.uri, source, new_mark)
            return Unchanged(current.article_id, item.uri, source, new_mark, moved)
        if isinstance(content, ReadyArticle):
            article = _ready(content, item.uri, groups)
        else:
            article_id = named or (known.article_id if known else self._free_id(item))
            article = _extracted(article_id, item, content, groups)
        return self._cut(article, item.name, source, source_hash, new_mark, current is None)

    def _cut(
        self, article: Article, name: str, source: str, source_hash: str, mark: str | None, added: bool
    ) -> Prepared:
        limit = self._limits.article_characters
        if len(article.text) > limit:
            raise PermanentError(
                f"{name} has {len(article.text):,} characters; at most {limit:,} are read. "
                "Split it, or raise FOOTNOTE_LIMITS__ARTICLE_CHARACTERS."
            )
        version = self._catalogue.next_version(article.id)
        cut = tuple(chunk.chunks_of(article, version, self._size))
        if not cut:
            raise PermanentError(f"{name} has no sentence that could be searched: take it out, or mend its text.")
        return Prepared(article, source, source_hash, mark, version, cut, keys_of(article, cut), added)

    def _current(self, item: Item, known: Known | None) -> Known | None:
        """The article, unless it was removed.

        Raises:
            PermanentError: it is an article of groups whose articles this run may not change.
        """
        if known is None or known.removed:
            return None
        if not may_change(self._catalogue, known.article_id, self._within):
            raise PermanentError(
                f"{item.name} is in the index for other groups, too, and those are not yours to write for: "
                "have somebody take it in who may."
            )
        return known

    def _owner_of(self, item: Item, named: str, source_hash: str, known: Known | None) -> Known | None:
        """The article that has the id which the content names.

        Raises:
            PermanentError: another source that still has it gives that id to another text.
        """
        owner = known if known is not None and known.article_id == named else self._catalogue.known_id(named)
        elsewhere = self._taken.setdefault(named, item.uri)
        if owner is not None and not owner.removed and owner.uri != item.uri and owner.source_hash != source_hash:
            elsewhere = owner.uri if _may_exist(owner.uri) else elsewhere
        if elsewhere != item.uri:
            raise PermanentError(
                f"{item.name}: the id {named!r} belongs to {elsewhere} already, with another text. "
                "Give one of them another id, or remove the other article first."
            )
        return owner

    def _free_id(self, item: Item) -> str:
        """A readable id that no other source has; the same source keeps it, because the catalogue remembers."""
        plain = slug_of(item.name)
        if self._catalogue.known_id(plain) is not None or self._taken.get(plain, item.uri) != item.uri:
            plain = f"{plain}-{hashed(item.uri.encode())[:8]}"
        self._taken[plain] = item.uri
        return plain


def keys_of(article: Article, cut: Sequence[Chunk]) -> tuple[str, ...]:
    """The names of the chunks' embeddings."""
    return tuple(hashed(embedded_text(article.title, c.section, c.text).encode()) for c in cut)


def hashed(*parts: bytes) -> str:
    """SHA-256 over parts that cannot run into each other."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def may_change(catalogue: Catalogue, article_id: str, within: Collection[str] | None) -> bool:
    """Whether an article's newest version is for no other groups than these (None: for whatever groups)."""
    if within is None:
        return True
    newest = catalogue.article(article_id, catalogue.next_version(article_id) - 1)
    return newest is not None and set(newest.groups) <= set(within)


def _named(content: Fetched | ReadyArticle) -> str | None:
    """The id that an article has wherever it comes from."""
    if isinstance(content, ReadyArticle):
        return content.id
    return content.given.article_id if content.given else None


def _marks(known: Known | None, groups: tuple[str, ...]) -> tuple[str | None, str | None]:
    """The marks that a source gave, in its listing and with the content, to this reader for these groups."""
    parts = (known.mark or "").split(_BETWEEN) if known else []
    if len(parts) != 3 or parts[0] != _reads(groups):
        return None, None
    return parts[1] or None, parts[2] or None


def _marked(groups: tuple[str, ...], listed: str | None, version: str | None) -> str | None:
    return _BETWEEN.join((_reads(groups), listed or "", version or "")) if listed or version else None


def _reads(groups: tuple[str, ...]) -> str:
    return f"{READER} {' '.join(groups)}"


def _hash_of(content: Fetched | ReadyArticle, groups: tuple[str, ...]) -> str:
    reads = _reads(groups).encode()
    if isinstance(content, Fetched):
        facts = b"" if content.facts is NO_FACTS else repr(content.facts).encode()
        given = (repr(content.given).encode(),) if content.given else ()
        return hashed(content.data, content.name.encode(), facts, reads, *given)
    c = content  # the line it stands on may change
    return hashed(repr((c.id, c.title, c.text, c.url, c.published_at, c.author, c.lang, c.groups)).encode(), reads)


def _extracted(article_id: str, item: Item, content: Fetched, groups: tuple[str, ...]) -> Article:
    extract = extractor_for(content.name)
    if extract is None:
        raise PermanentError(f"{item.name} is of a format that is not read.")
    if not content.data.strip():
        raise PermanentError(f"{item.name} is empty: there is nothing to index.")
    draft: Draft = extract(content.data, item.name)
    facts, given = content.facts, content.given or Given(article_id)
    cleaned = clean(draft, item.name)
    return Article(
        id=article_id,
        title=given.title or facts.title or cleaned.title,
        text=cleaned.text,
        language=_language(given.language or draft.language, cleaned.text),
        uri=item.uri,
        author=given.author or cleaned.author or facts.author,
        published_at=given.published_at or cleaned.published_at or facts.published_at,
        url=given.url or draft.url or facts.url,
        groups=groups or draft.groups or (PUBLIC,),
        sections=cleaned.sections,
        pages=cleaned.pages,
        metadata=draft.metadata,
    )


def _ready(record: ReadyArticle, uri: str, groups: tuple[str, ...]) -> Article:
    text = normalise(record.text).strip()
    return Article(
        id=record.id,
        title=normalise(record.title or "").strip() or text.split("\n", 1)[0][:80],
        text=text,
        language=_language(record.lang, text),
        uri=uri,
        author=record.author,
        published_at=record.published_at,
        url=record.url,
        groups=groups or tuple(record.groups) or (PUBLIC,),
    )


def _may_exist(uri: str) -> bool:
    """A file that is gone has given its ids back; of any other address nothing is known."""
    return not uri.startswith("/") or Path(uri.partition("#")[0]).exists()


def _language(said: str | None, text: str) -> str:
    """The language an article says it has, where that is a language and its script does not say otherwise."""
    found = language_of(text)
    short = (said or "").replace("_", "-").split("-")[0].lower()
    is_code = short.isascii() and short.isalpha() and len(short) in (2, 3)
    return short if is_code and is_cjk(short) == is_cjk(found) else found
