"""Mends what contradicts itself in the catalogue, from the articles' versions."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select, update

from ingest.article import Article, Chunk
from ingest.index import keywords
from ingest.index.catalogue.chunks import index, serve
from ingest.index.catalogue.generations import serving_generation
from ingest.index.catalogue.health import keyword_rows
from ingest.index.catalogue.rows import chunk_of, chunk_rows, parts
from ingest.index.catalogue.store import Store, changed
from ingest.index.mark import seen_to_change
from ingest.index.schema import article_groups, articles, chunks, versions

_AT_ONCE = 500


class Mending(Store):
    """Each mends one kind of contradiction, in one transaction."""

    def recut(self, generation: int, article: Article, cut: Sequence[Chunk], keys: Sequence[str]) -> None:
        """Let a version have these chunks in a build; those that it has like that stay as they are, others are `new`.

        Its keywords follow if it is the version that search sees; where search sees none yet, it sees this one.
        """
        wanted = {r["id"]: r for r in chunk_rows(cut, keys, generation, "new")}
        number = cut[0].version
        mine = (chunks.c.generation == generation) & (chunks.c.article_id == article.id) & (chunks.c.version == number)
        with self.writing() as connection:
            served = connection.scalar(select(articles.c.version).where(articles.c.id == article.id))
            if served in (None, number):
                keywords.remove(connection, generation, article.id)
            # Also rows that have strayed to another article or version, under an id that is of this one.
            rows = list(connection.execute(select(chunks).where(mine)))
            for part in parts(map(str, wanted)):
                named = (chunks.c.generation == generation) & chunks.c.id.in_(part) & ~mine
                rows += connection.execute(select(chunks).where(named)).all()
            for row in rows:
                right = wanted.get(row.id)
                if right is not None and row.state != "gone" and all(right[n] == getattr(row, n) for n in _PLACE):
                    del wanted[row.id]
                else:
                    keywords.remove_rows(connection, generation, [row.row])
                    connection.execute(delete(chunks).where(chunks.c.row == row.row))
            if wanted:
                connection.execute(insert(chunks), list(wanted.values()))
            if served == number:
                index(connection, generation, article.id, number)
            elif served is None and generation == serving_generation(connection):
                changed(connection, article.id, number, "added")
                serve(connection, generation, article.id, number)

    def hide_chunks(self, generation: int, chunk_ids: Sequence[str]) -> None:
        """Let chunks be gone from a build, and their keywords with them."""
        with self.writing() as connection:
            for part in parts(chunk_ids):
                chosen = (chunks.c.generation == generation) & chunks.c.id.in_(part)
                rows = connection.scalars(select(chunks.c.row).where(chosen)).all()
                if rows:
                    keywords.remove_rows(connection, generation, rows)
                    connection.execute(update(chunks).where(chosen).values(state="gone"))

    def restore_groups(self, article_ids: Sequence[str]) -> None:
        """Show articles to the groups that their version names, and to nobody where search does not see them."""
        with self.writing() as connection:
            for one in article_ids:
                connection.execute(delete(article_groups).where(article_groups.c.article_id == one))
                query = (
                    select(versions.c.groups)
                    .join(
                        articles, (articles.c.id == versions.c.article_id) & (articles.c.version == versions.c.number)
                    )
                    .where(articles.c.id == one, articles.c.removed_at.is_(None), articles.c.duplicate_of.is_(None))
                )
                names = connection.scalar(query)
                if names:
                    connection.execute(insert(article_groups), [{"article_id": one, "name": n} for n in names])

    def rebuild_keywords(self, generation: int) -> int:
        """Make the keyword tables of a build anew; how many chunks they hold."""
        with self.writing() as connection:
            keywords.drop(connection, generation)
            keywords.create(connection, generation)
            rows = keyword_rows(connection, generation)
            _add(connection, generation, rows)
            seen_to_change(connection)
        return len(rows)

    def mend_keywords(self, generation: int, missing: Sequence[int], orphaned: Sequence[int]) -> None:
        """Add the keywords of chunks that lack them, and take out those of none."""
        with self.writing() as connection:
            if orphaned:
                keywords.remove_rows(connection, generation, orphaned)
            _add(connection, generation, missing)
            seen_to_change(connection)


_PLACE = ("article_id", "version", "ordinal", "start", "end", "section", "page", "embedding_key")


def _add(connection: Connection, generation: int, rows: Sequence[int]) -> None:
    for at in range(0, len(rows), _AT_ONCE):
        found = connection.execute(select(chunks).where(chunks.c.row.in_(rows[at : at + _AT_ONCE]))).all()
        for place in dict.fromkeys((r.article_id, r.version) for r in found):
            version = connection.execute(
                select(versions.c.title, versions.c.text).where(
                    versions.c.article_id == place[0], versions.c.number == place[1]
                )
            ).first()
            if version is not None:
                mine = [r for r in found if (r.article_id, r.version) == place]
                made = ((r.row, version.title, chunk_of(r, version.text[r.start : r.end])) for r in mine)
                keywords.add(connection, generation, made)
