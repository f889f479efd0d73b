"""Articles, their versions, and where they came from."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import Connection, delete, func, insert, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from ingest.article import Article, Chunk
from ingest.index import keywords
from ingest.index.catalogue.chunks import serve
from ingest.index.catalogue.generations import serving_generation
from ingest.index.catalogue.likenesses import keep_bands
from ingest.index.catalogue.rows import Known, article_of, chunk_rows, known_of, version_row
from ingest.index.catalogue.store import Store, changed, now
from ingest.index.schema import article_groups, articles, chunks, versions

_AT_ONCE = 500


class Articles(Store):
    """The truth about every article."""

    def known(self, uri: str) -> Known | None:
        """What is known of the item at `uri`."""
        return self.known_many([uri]).get(uri)

    def known_many(self, uris: Sequence[str]) -> dict[str, Known]:
        """The same for many, by address."""
        found: dict[str, Known] = {}
        with self.reading() as connection:
            for at in range(0, len(uris), _AT_ONCE):
                query = select(articles).where(articles.c.uri.in_(uris[at : at + _AT_ONCE]))
                found |= {row.uri: known_of(row) for row in connection.execute(query)}
        return found

    def known_id(self, article_id: str) -> Known | None:
        """What is known of the article `article_id`."""
        with self.reading() as connection:
            row = connection.execute(select(articles).where(articles.c.id == article_id)).first()
        return known_of(row) if row else None

    def of_source(self, key: str) -> Iterator[Known]:
        """What came from a source, or from one inside it, and is not removed. In pieces, so that it may change."""
        after = ""
        inside = or_(articles.c.source == key, articles.c.source.startswith(key.rstrip("/") + "/", autoescape=True))
        while True:
            query = select(articles).where(inside, articles.c.removed_at.is_(None), articles.c.id > after)
            with self.reading() as connection:
                found = connection.execute(query.order_by(articles.c.id).limit(_AT_ONCE)).all()
            if not found:
                return
            after = found[-1].id
            yield from map(known_of, found)

    def add(
        self,
        article: Article,
        source_hash: str,
        cut: Sequence[Chunk],
        keys: Sequence[str],
        source: str | None = None,
        mark: str | None = None,
        bands: Sequence[str] = (),
    ) -> None:
        """Record a new version. It is served at once if the article has none yet, else when its vectors are in.

        `cut` are its chunks, numbered with `next_version`; `keys` name their embeddings.
        """
        with self.writing() as connection:
            generation = _serving(connection)
            number = cut[0].version
            visible = connection.scalar(
                select(articles.c.version).where(
                    articles.c.id == article.id, articles.c.removed_at.is_(None), articles.c.duplicate_of.is_(None)
                )
            )
            _overtake(connection, generation, article.id, visible)
            kind = "changed" if visible is not None else "added"
            _record(connection, article, number, source_hash, source or article.uri, mark, kind)
            keep_bands(connection, article.id, bands)
            connection.execute(insert(chunks), chunk_rows(cut, keys, generation, "new"))
            if visible is None:
                serve(connection, generation, article.id, number)

    def add_duplicate(
        self,
        article: Article,
        number: int,
        source_hash: str,
        of: str,
        source: str | None = None,
        mark: str | None = None,
        bands: Sequence[str] = (),
    ) -> None:
        """Record a version that says what the article `of` says: it is kept and opens, but is not searched itself."""
        with self.writing() as connection:
            generation = _serving(connection)
            _hide(connection, generation, article.id)
            _record(connection, article, number, source_hash, source or article.uri, mark, "added")
            keep_bands(connection, article.id, bands)
            connection.execute(
                update(articles).where(articles.c.id == article.id).values(duplicate_of=of, version=number)
            )

    def add_chunks(
        self, article_id: str, number: int, cut: Sequence[Chunk], keys: Sequence[str], heir_of: str | None = None
    ) -> None:
        """Let a version kept as a duplicate be searched itself, and have the other duplicates of `heir_of`."""
        with self.writing() as connection:
            if heir_of is not None:
                inherits = update(articles).where(articles.c.duplicate_of == heir_of, articles.c.id != article_id)
                connection.execute(inherits.values(duplicate_of=article_id))
            generation = _serving(connection)
            _hide(connection, generation, article_id)
            connection.execute(insert(chunks), chunk_rows(cut, keys, generation, "new"))
            sequence = changed(connection, article_id, number, "added")
            connection.execute(
                update(articles).where(articles.c.id == article_id).values(duplicate_of=None, sequence=sequence)
            )
            serve(connection, generation, article_id, number)

    def follow(self, article_id: str, of: str) -> None:
        """Let a duplicate be that of another article, which says the same."""
        with self.writing() as connection:
            connection.execute(update(articles).where(articles.c.id == article_id).values(duplicate_of=of))

    def overdue(self) -> list[tuple[str, int]]:
        """(article, newest version) where search sees an older one, and the build that serves has no chunk of it."""
        newest = (
            select(func.max(versions.c.number))
            .where(versions.c.article_id == articles.c.id)
            .correlate(articles)
            .scalar_subquery()
        )
        with self.reading() as connection:
            has = select(chunks.c.row).where(
                chunks.c.generation == _serving(connection),
                chunks.c.article_id == articles.c.id,
                chunks.c.version == newest,
                chunks.c.state != "gone",
            )
            query = select(articles.c.id, newest).where(
                articles.c.version < newest, articles.c.duplicate_of.is_(None), ~has.exists()
            )
            return [(row[0], row[1]) for row in connection.execute(query.order_by(articles.c.id))]

    def await_version(self, cut: Sequence[Chunk], keys: Sequence[str]) -> None:
        """Let a version that is recorded already wait for its vectors in the build that serves."""
        with self.writing() as connection:
            generation = _serving(connection)
            again = (chunks.c.generation == generation) & (chunks.c.article_id == cut[0].article_id)
            connection.execute(
                delete(chunks).where(again, chunks.c.version == cut[0].version, chunks.c.state == "gone")
            )
            connection.execute(insert(chunks), chunk_rows(cut, keys, generation, "new"))

    def duplicates(self, article_id: str) -> list[str]:
        """Articles that are kept as duplicates of this one."""
        with self.reading() as connection:
            query = select(articles.c.id).where(articles.c.duplicate_of == article_id, articles.c.removed_at.is_(None))
            return list(connection.scalars(query.order_by(articles.c.id)))

    def orphans(self) -> list[tuple[str, str]]:
        """(article, original) of duplicates whose original is not searched, one an original."""
        original = articles.alias("original")
        query = (
            select(func.min(articles.c.id).label("id"), articles.c.duplicate_of)
            .outerjoin(original, original.c.id == articles.c.duplicate_of)
            .where(
                articles.c.duplicate_of.is_not(None),
                articles.c.removed_at.is_(None),
                or_(original.c.version.is_(None), original.c.duplicate_of.is_not(None)),
            )
            .group_by(articles.c.duplicate_of)
        )
        with self.reading() as connection:
            return [(row.id, row.duplicate_of) for row in connection.execute(query)]

    def move(self, article_id: str, uri: str, source: str, mark: str | None = None) -> None:
        """The same content is listed at another address, by another source, or with another mark now."""
        with self.writing() as connection:
            connection.execute(
                update(articles).where(articles.c.id == article_id).values(uri=uri, source=source, mark=mark)
            )

    def next_version(self, article_id: str) -> int:
        """The number a new version of the article gets."""
        with self.reading() as connection:
            last = connection.scalar(select(func.max(versions.c.number)).where(versions.c.article_id == article_id))
        return (last or 0) + 1

    def remove(self, article_id: str) -> bool:
        """Take an article out of search at once; its versions stay for old citations. False if there is none."""
        present = articles.c.id == article_id, articles.c.removed_at.is_(None)
        with self.writing() as connection:
            if connection.scalar(select(articles.c.id).where(*present)) is None:
                return False
            sequence = changed(connection, article_id, None, "removed")
            gone = update(articles).where(*present)
            connection.execute(gone.values(removed_at=now(), sequence=sequence, version=None, duplicate_of=None))
            _hide(connection, _serving(connection), article_id)
        return True

    def article(
        self, article_id: str, version: int | None = None, groups: Collection[str] | None = None
    ) -> Article | None:
        """An article as search sees it, or one of its versions. `groups` (None: anyone's) must share one with it."""
        query = select(versions, articles.c.uri).join(articles, articles.c.id == versions.c.article_id)
        query = query.where(versions.c.article_id == article_id)
        query = query.where(versions.c.number == (articles.c.version if version is None else version))
        with self.reading() as connection:
            row = connection.execute(query).first()
        if row is None or (groups is not None and not set(groups) & set(row.groups)):
            return None
        return article_of(row)

    def serving(self, article_id: str) -> int | None:
        """The version that search sees."""
        with self.reading() as connection:
            found: int | None = connection.scalar(select(articles.c.version).where(articles.c.id == article_id))
        return found

    def removed_at(self, article_id: str) -> str | None:
        """When the article was removed, if it was."""
        with self.reading() as connection:
            found: str | None = connection.scalar(select(articles.c.removed_at).where(articles.c.id == article_id))
        return found


def _record(
    connection: Connection, article: Article, number: int, source_hash: str, source: str, mark: str | None, kind: str
) -> None:
    sequence = changed(connection, article.id, number, kind)
    values = {"uri": article.uri, "source": source, "source_hash": source_hash, "mark": mark, "sequence": sequence}
    statement = upsert(articles).values(id=article.id, version=None, **values)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["id"], set_={**values, "removed_at": None, "duplicate_of": None}
        )
    )
    connection.execute(insert(versions).values(version_row(article, number, source_hash)))


def _overtake(connection: Connection, generation: int, article_id: str, visible: int | None) -> None:
    """A version that never came to be served is overtaken by the next one."""
    late = (chunks.c.generation == generation) & (chunks.c.article_id == article_id)
    if visible is not None:
        late &= chunks.c.version != visible
    connection.execute(update(chunks).where(late).values(state="gone"))


def _hide(connection: Connection, generation: int, article_id: str) -> None:
    if generation:
        keywords.remove(connection, generation, article_id)
    connection.execute(delete(article_groups).where(article_groups.c.article_id == article_id))
    connection.execute(
        update(chunks).where(chunks.c.generation == generation, chunks.c.article_id == article_id).values(state="gone")
    )


def _serving(connection: Connection) -> int:
    return serving_generation(connection) or 0
