"""Chunks on their way into Chroma: `new`, then `ready` or set aside as `failed`; `gone` until they have left it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from ingest.article import Article, Chunk
from ingest.index import keywords
from ingest.index.catalogue.generations import serving_generation
from ingest.index.catalogue.rows import ChunkFailure, Waiting, chunk_of, chunk_rows
from ingest.index.catalogue.store import Store
from ingest.index.schema import article_groups, articles, chunks, versions


class Chunks(Store):
    """What each build still has to be told. `generation` is a build's number, None the one that serves."""

    def waiting(
        self, limit: int, generation: int | None = None, after: int = 0, key: str | None = None
    ) -> list[Waiting]:
        """Chunks that are to be embedded, oldest first; with `key`, those of one text alone."""
        with self.reading() as connection:
            number = _number(connection, generation)
            query = select(chunks).where(chunks.c.generation == number, chunks.c.state == "new", chunks.c.row > after)
            if key is not None:
                query = query.where(chunks.c.embedding_key == key)
            found = connection.execute(query.order_by(chunks.c.row).limit(limit)).all()
            # A text is read once for all of its chunks: it may be a whole book.
            texts = {
                place: connection.execute(
                    select(versions.c.title, versions.c.text).where(
                        versions.c.article_id == place[0], versions.c.number == place[1]
                    )
                ).one()
                for place in dict.fromkeys((r.article_id, r.version) for r in found)
            }
        made = []
        for r in found:
            title, text = texts[r.article_id, r.version]
            made.append(Waiting(r.row, r.id, r.article_id, r.embedding_key, title, chunk_of(r, text[r.start : r.end])))
        return made

    def count_waiting(self, generation: int | None = None) -> int:
        """How many chunks are to be embedded."""
        return self.count_chunks("new", generation)

    def count_chunks(self, state: str, generation: int | None = None) -> int:
        """How many chunks are in this state."""
        with self.reading() as connection:
            number = _number(connection, generation)
            query = select(func.count()).where(chunks.c.generation == number, chunks.c.state == state)
            return connection.scalar(query) or 0

    def mark_ready(self, chunk_ids: Sequence[str], generation: int | None = None) -> None:
        """These chunks are in Chroma now; versions that are complete with them are served from here on."""
        self._settle(chunk_ids, "ready", None, generation)

    def set_aside(self, chunk_ids: Sequence[str], error: str, generation: int | None = None) -> None:
        """These chunks can never be embedded as they are: keywords alone find them."""
        self._settle(chunk_ids, "failed", error, generation)

    def note_failure(self, chunk_ids: Sequence[str], error: str, generation: int | None = None) -> None:
        """The last attempt to embed these chunks failed; they still wait."""
        with self.writing() as connection:
            number = _number(connection, generation)
            _update(connection, number, chunk_ids, {"error": error})

    def failures(self, article_id: str | None = None, generation: int | None = None) -> list[ChunkFailure]:
        """Chunks whose last attempt failed."""
        with self.reading() as connection:
            number = _number(connection, generation)
            query = select(chunks.c.id, chunks.c.state, chunks.c.error).where(
                chunks.c.generation == number, chunks.c.error.is_not(None), chunks.c.state.in_(("new", "failed"))
            )
            if article_id is not None:
                query = query.where(chunks.c.article_id == article_id)
            return [ChunkFailure(r.id, r.state, r.error) for r in connection.execute(query.order_by(chunks.c.row))]

    def state(self, article_id: str, generation: int | None = None) -> str:
        """In words, how far an article's newest version is on its way into Chroma."""
        with self.reading() as connection:
            number = _number(connection, generation)
            query = (
                select(chunks.c.state, func.count())
                .where(chunks.c.generation == number, chunks.c.article_id == article_id, chunks.c.state != "gone")
                .group_by(chunks.c.state)
            )
            counts = {row[0]: row[1] for row in connection.execute(query)}
        words = {"ready": "chunks embedded", "new": "chunks waiting for vectors", "failed": "chunks set aside"}
        said = ", ".join(f"{words[state]}: {counts[state]}" for state in words if state in counts)
        return said or "kept as a further address of another article"

    def retry(self, article_ids: Sequence[str] | None = None, generation: int | None = None) -> int:
        """Let chunks that were set aside wait again, all or those of some articles; how many."""
        with self.writing() as connection:
            number = _number(connection, generation)
            chosen = update(chunks).where(chunks.c.generation == number, chunks.c.state == "failed")
            if article_ids is not None:
                chosen = chosen.where(chunks.c.article_id.in_(list(article_ids)))
            return int(connection.execute(chosen.values(state="new", error=None)).rowcount)

    def wait_again(self, chunk_ids: Sequence[str], generation: int | None = None) -> None:
        """These chunks are to be written to Chroma again."""
        with self.writing() as connection:
            _update(connection, _number(connection, generation), chunk_ids, {"state": "new", "error": None})

    def switch(self) -> None:
        """Serve every newest version, embedded or not: for an index that has keywords alone."""
        with self.writing() as connection:
            number = serving_generation(connection)
            if number is None:
                return
            connection.execute(
                update(chunks).where(chunks.c.generation == number, chunks.c.state == "new").values(state="ready")
            )
            newest = select(versions.c.article_id, func.max(versions.c.number).label("number"))
            last = newest.group_by(versions.c.article_id).subquery()
            late = select(articles.c.id).join(last, last.c.article_id == articles.c.id)
            for article_id in connection.scalars(late.where(articles.c.version < last.c.number)).all():
                switch(connection, number, article_id)

    def gone(self, limit: int, generation: int | None = None) -> list[str]:
        """Chunks that are to leave Chroma."""
        with self.reading() as connection:
            number = _number(connection, generation)
            query = select(chunks.c.id).where(chunks.c.generation == number, chunks.c.state == "gone").limit(limit)
            return list(connection.scalars(query))

    def forget(self, chunk_ids: Sequence[str], generation: int | None = None) -> None:
        """These chunks have left Chroma."""
        with self.writing() as connection:
            number = _number(connection, generation)
            connection.execute(
                delete(chunks).where(
                    chunks.c.generation == number, chunks.c.id == bindparam("chunk"), chunks.c.state == "gone"
                ),
                [{"chunk": one} for one in chunk_ids],
            )

    def fill(self, generation: int, article: Article, cut: Sequence[Chunk], keys: Sequence[str]) -> None:
        """Add a served version to a build beside the one that serves, in place of what it had of that article."""
        with self.writing() as connection:
            keywords.remove(connection, generation, article.id)
            connection.execute(
                update(chunks)
                .where(chunks.c.generation == generation, chunks.c.article_id == article.id)
                .values(state="gone")
            )
            wanted = {c.id for c in cut}
            again = set(
                connection.scalars(
                    select(chunks.c.id).where(chunks.c.generation == generation, chunks.c.article_id == article.id)
                )
            )
            # A version that was in this build before comes back under the same ids.
            _delete(connection, generation, sorted(wanted & again))
            connection.execute(insert(chunks), chunk_rows(cut, keys, generation, "new"))
            index(connection, generation, article.id, cut[0].version)

    def drop_unseen(self, generation: int) -> None:
        """In a build beside the one that serves, what is no longer served is to go."""
        seen = select(articles.c.id).where(
            articles.c.id == chunks.c.article_id,
            articles.c.version == chunks.c.version,
            articles.c.duplicate_of.is_(None),
        )
        stale = (chunks.c.generation == generation) & (chunks.c.state != "gone") & ~seen.exists()
        with self.writing() as connection:
            if generation == serving_generation(connection):
                return
            rows = connection.scalars(select(chunks.c.row).where(stale)).all()
            if rows:
                keywords.remove_rows(connection, generation, rows)
                connection.execute(update(chunks).where(stale).values(state="gone"))

    def mark_all_ready(self, generation: int) -> None:
        """In a build of keywords alone nothing waits for vectors."""
        with self.writing() as connection:
            mine = chunks.c.generation == generation
            connection.execute(update(chunks).where(mine, chunks.c.state == "new").values(state="ready"))
            connection.execute(delete(chunks).where(mine, chunks.c.state == "gone"))

    def chunk_keys(self, generation: int) -> Iterator[Mapping[str, str]]:
        """Embedding key by chunk id of everything that belongs into Chroma, in pieces."""
        after = 0
        while True:
            with self.reading() as connection:
                query = (
                    select(chunks.c.row, chunks.c.id, chunks.c.embedding_key)
                    .where(chunks.c.generation == generation, chunks.c.state == "ready", chunks.c.row > after)
                    .order_by(chunks.c.row)
                    .limit(2000)
                )
                found = connection.execute(query).all()
            if not found:
                return
            after = found[-1].row
            yield {r.id: r.embedding_key for r in found}

    def _settle(self, chunk_ids: Sequence[str], state: str, error: str | None, generation: int | None) -> None:
        with self.writing() as connection:
            number = _number(connection, generation)
            _update(connection, number, chunk_ids, {"state": state, "error": error}, only="new")
            if number != serving_generation(connection):
                return
            touched = select(chunks.c.article_id).where(
                chunks.c.generation == number, chunks.c.id == bindparam("chunk")
            )
            found = {connection.scalar(touched, {"chunk": one}) for one in chunk_ids}
            for article_id in sorted(one for one in found if one is not None):
                switch(connection, number, article_id)


def switch(connection: Connection, generation: int, article_id: str) -> None:
    """Serve the newest version of an article once none of its chunks waits any more."""
    row = connection.execute(select(articles.c.version, articles.c.removed_at).where(articles.c.id == article_id)).one()
    newest = connection.scalar(select(func.max(versions.c.number)).where(versions.c.article_id == article_id))
    if row.removed_at is not None or row.version is None or newest is None or newest <= row.version:
        return
    mine = (
        select(chunks.c.row)
        .where(chunks.c.generation == generation, chunks.c.article_id == article_id, chunks.c.version == newest)
        .limit(1)
    )
    if connection.execute(mine.where(chunks.c.state != "gone")).first() is None:  # it waits in another build
        return
    if connection.execute(mine.where(chunks.c.state == "new")).first() is None:
        serve(connection, generation, article_id, newest)


def serve(connection: Connection, generation: int, article_id: str, number: int) -> None:
    """Let search see this version and no other."""
    keywords.remove(connection, generation, article_id)
    connection.execute(
        update(chunks)
        .where(chunks.c.generation == generation, chunks.c.article_id == article_id, chunks.c.version != number)
        .values(state="gone")
    )
    index(connection, generation, article_id, number)
    groups = connection.scalar(
        select(versions.c.groups).where(versions.c.article_id == article_id, versions.c.number == number)
    )
    connection.execute(delete(article_groups).where(article_groups.c.article_id == article_id))
    connection.execute(insert(article_groups), [{"article_id": article_id, "name": g} for g in groups or ()])
    connection.execute(update(articles).where(articles.c.id == article_id).values(version=number))


def index(connection: Connection, generation: int, article_id: str, number: int) -> None:
    """Put the keywords of a version into a build."""
    version = connection.execute(
        select(versions.c.title, versions.c.text).where(
            versions.c.article_id == article_id, versions.c.number == number
        )
    ).one()
    found = connection.execute(
        select(chunks).where(
            chunks.c.generation == generation, chunks.c.article_id == article_id, chunks.c.version == number
        )
    ).all()
    keywords.add(
        connection,
        generation,
        ((r.row, version.title, chunk_of(r, version.text[r.start : r.end])) for r in found),
    )


def _number(connection: Connection, generation: int | None) -> int:
    return generation if generation is not None else serving_generation(connection) or 0


def _update(
    connection: Connection, generation: int, chunk_ids: Sequence[str], values: Mapping[str, object], only: str = ""
) -> None:
    """One statement for many: a list of ids would meet SQLite's limit on variables."""
    if not chunk_ids:
        return
    statement = update(chunks).where(chunks.c.generation == generation, chunks.c.id == bindparam("chunk"))
    if only:
        statement = statement.where(chunks.c.state == only)
    connection.execute(statement.values(**values), [{"chunk": one} for one in chunk_ids])


def _delete(connection: Connection, generation: int, chunk_ids: Sequence[str]) -> None:
    if chunk_ids:
        connection.execute(
            delete(chunks).where(chunks.c.generation == generation, chunks.c.id == bindparam("chunk")),
            [{"chunk": one} for one in chunk_ids],
        )
