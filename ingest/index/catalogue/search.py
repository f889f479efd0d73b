"""What search asks the catalogue."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
from sqlalchemy import func, select

from ingest.article import Article, Chunk
from ingest.embedding.base import Vectors
from ingest.index import keywords
from ingest.index.catalogue.generations import serving_generation
from ingest.index.catalogue.recent import RecentArticles
from ingest.index.catalogue.store import Store
from ingest.index.database import translated
from ingest.index.driver import fetched, listed
from ingest.index.postings import Postings
from ingest.index.ranked import best_readable, few
from ingest.index.schema import article_groups, articles, changes, chunks
from ingest.index.unchanged import WhileUnchanged

# Groups that read so few chunks have them compared one by one, which finds the nearest for certain.
_FEW_VECTORS = 2000
# Plain statements: a search reads hundreds of rows, and wrapping each costs more than reading it. Whether a chunk may
# be read is asked of each: a list of all that is readable would cost more than the search.
_READABLE = (
    "FROM chunks c JOIN articles a ON a.id = c.article_id AND a.version = c.version {joined} "
    "WHERE c.generation = ? AND c.state != 'gone' AND EXISTS (SELECT 1 FROM article_groups g "
    "WHERE g.article_id = a.id AND g.name IN (SELECT value FROM json_each(?))) "
    "AND c.id IN (SELECT value FROM json_each(?))"
)
_SERVED = (
    'SELECT c.id, c.article_id, c.version, c.ordinal, c.start, c."end", c.section, c.page, a.uri '
    + _READABLE.format(joined="")
)
_LANGUAGES = "SELECT c.id, v.language " + _READABLE.format(
    joined="JOIN versions v ON v.article_id = a.id AND v.number = a.version"
)
_SEEN = "SELECT c.id " + _READABLE.format(joined="")
_VECTORS = (
    "SELECT c.id, e.vector FROM chunks c JOIN generations g ON g.id = c.generation "
    "JOIN embeddings e ON e.model = g.embedder AND e.key = c.embedding_key "
    "WHERE c.generation = ? AND c.id IN (SELECT value FROM json_each(?))"
)


class Searching(Store):
    """Reads of the build that serves, or of a generation that is named."""

    def __init__(self, data: Path, create: bool = False) -> None:
        super().__init__(data, create)
        self._postings = Postings(self.reading, keywords.WEIGHTS)
        self._recent = RecentArticles()
        self._vectors = WhileUnchanged(self._engine, 16, self._looking_anew)

    def close(self) -> None:
        """Let go of the file."""
        self._postings.close()
        self._vectors.close()
        super().close()

    def warm(self) -> None:
        """Load what the first questions would wait for."""
        with self.reading() as connection:
            number = serving_generation(connection)
        if number is not None:
            self._postings.load(number)

    def keyword_search(
        self, query: Sequence[str], groups: Sequence[str], limit: int, generation: int | None = None
    ) -> list[keywords.KeywordHit]:
        """The best chunks that hold any of the terms and belong to any of the groups; none for no terms."""
        if not query or not groups:
            return []
        with self.reading() as connection:
            number = generation or serving_generation(connection)
            if number is None:
                return []
            kept = self._postings.current(connection, number)
            own = self._own(number, groups, generation is not None)
            return best_readable(connection, number, query, groups, limit, own, kept)

    def _own(self, number: int, groups: Collection[str], named: bool) -> dict[int, str] | None:
        """Chunks of what the groups may read, if they are few."""

        def read() -> dict[int, str] | None:
            with self.reading() as connection:
                return few(connection, number, wanted)

        wanted = tuple(sorted(set(groups)))
        return self._unchanged.get(("own", number, wanted), read, after_any_write=named)

    def document_frequencies(self, query: Sequence[str], generation: int | None = None) -> tuple[dict[str, int], int]:
        """In how many chunks each term stands, and how many chunks there are."""
        with self.reading() as connection:
            number = generation or serving_generation(connection)
            if number is None:
                return {}, 0
            kept = self._postings.current(connection, number)
            if kept is not None:
                return kept.frequencies(connection, query), kept.count
            return keywords.document_frequencies(connection, number, query), keywords.count(connection, number)

    def visible(
        self, chunk_ids: Collection[str], groups: Collection[str], generation: int | None = None
    ) -> dict[str, tuple[Chunk, Article]]:
        """Those of the chunks that are served to one of the groups, with their articles."""
        with self.reading() as connection:
            number = generation or serving_generation(connection)
            rows = fetched(connection, _SERVED, number, listed(groups), listed(chunk_ids))
            # A text is read once for all of its chunks, and for later questions: it may be a whole book.
            of = self._recent.read(connection, {r[1]: (r[2], r[8]) for r in rows})
        found = {}
        for name, article_id, version, ordinal, start, end, section, page, _ in rows:
            article = of[article_id]
            text = article.text[start:end]
            found[name] = (Chunk(name, article_id, version, ordinal, start, end, text, section, page), article)
        return found

    def indexed_terms(
        self, chunk_ids: Collection[str], generation: int | None = None
    ) -> dict[str, tuple[str, str, str]]:
        """Terms of title, section and body by chunk, with spaces between, as the keyword index keeps them."""
        with self.reading() as connection:
            number = generation or serving_generation(connection)
            if number is None:
                return {}
            return keywords.indexed(connection, number, chunk_ids)

    def vectors_of(self, chunk_ids: Collection[str], generation: int | None = None) -> dict[str, Vectors]:
        """Vectors that are kept of these chunks, by chunk."""
        with self.reading() as connection:
            number = generation or serving_generation(connection)
            rows = fetched(connection, _VECTORS, number, listed(chunk_ids))
        return {chunk: np.frombuffer(vector, np.float32) for chunk, vector in rows}

    def readable(
        self, chunk_ids: Collection[str], groups: Collection[str], generation: int | None = None
    ) -> frozenset[str]:
        """Those of the chunks that are served to one of the groups."""
        with self.reading() as connection:
            number = generation or serving_generation(connection)
            found = fetched(connection, _SEEN, number, listed(groups), listed(chunk_ids))
        return frozenset(chunk for (chunk,) in found)

    def languages(
        self, chunk_ids: Collection[str], groups: Collection[str], generation: int | None = None
    ) -> dict[str, str]:
        """Languages of those of the chunks that are served to one of the groups."""
        with self.reading() as connection:
            number = generation or serving_generation(connection)
            return dict(fetched(connection, _LANGUAGES, number, listed(groups), listed(chunk_ids)))

    def chunk_ids(self, groups: Collection[str], limit: int, generation: int | None = None) -> list[str]:
        """Chunks that are served to one of the groups and are in Chroma, at most `limit`."""
        with self.reading() as connection:
            number = generation or serving_generation(connection)
            query = (
                select(chunks.c.id)
                .join(articles, (articles.c.id == chunks.c.article_id) & (articles.c.version == chunks.c.version))
                .where(
                    chunks.c.generation == number,
                    chunks.c.state == "ready",
                    # From the groups to the chunks: few articles are found without walking through all.
                    articles.c.id.in_(
                        select(article_groups.c.article_id).where(article_groups.c.name.in_(list(groups)))
                    ),
                )
                .limit(limit)
            )
            return list(connection.scalars(query))

    def own_vectors(self, groups: Collection[str], generation: int | None = None) -> tuple[list[str], Vectors] | None:
        """Chunks that are served to one of the groups and have vectors, with these, a row each; None where many are."""
        wanted = tuple(sorted(set(groups)))

        def read() -> tuple[list[str], Vectors] | None:
            ids = self.chunk_ids(wanted, _FEW_VECTORS + 1, generation)
            if len(ids) > _FEW_VECTORS:
                return None
            found = self.vectors_of(ids, generation)
            return list(found), np.stack(list(found.values())) if found else np.zeros((0, 0), np.float32)

        with translated(self.data):
            beside = generation is not None and generation != self._unchanged.get("serving", self._serving)
            return self._vectors.get((generation, wanted), read, after_any_write=beside)

    def _serving(self) -> int | None:
        with self.reading() as connection:
            return serving_generation(connection)

    def readable_share(self, groups: Collection[str]) -> float:
        """Share of the articles that search sees which one of the groups may read, 0 to 1."""
        with translated(self.data):
            every = self._unchanged.get("served", self._count_served)
        return min(1.0, self.count_articles(groups) / every) if every else 1.0

    def sequence(self) -> int:
        """Rises with every change; equal sequences mean equal articles."""
        with self.reading() as connection:
            return connection.scalar(select(func.max(changes.c.sequence))) or 0

    def counts(self) -> tuple[int, int]:
        """(articles, chunks) that search sees."""
        with self.reading() as connection:
            number = serving_generation(connection)
            return self._count_served(), keywords.count(connection, number) if number else 0

    def _count_served(self) -> int:
        query = select(func.count()).select_from(articles)
        with self.reading() as connection:
            return (
                connection.scalar(query.where(articles.c.version.is_not(None), articles.c.duplicate_of.is_(None))) or 0
            )

    def count_articles(self, groups: Collection[str]) -> int:
        """Articles that one of the groups may read."""
        wanted = tuple(sorted(set(groups)))
        with translated(self.data):
            return self._unchanged.get(("readable", wanted), lambda: self._count_articles(wanted))

    def _count_articles(self, groups: Collection[str]) -> int:
        query = select(func.count(article_groups.c.article_id.distinct())).where(
            article_groups.c.name.in_(list(groups))
        )
        with self.reading() as connection:
            return connection.scalar(query) or 0
