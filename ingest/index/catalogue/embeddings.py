"""The cache of embeddings, by model and by the text's hash: no text is paid for twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
from sqlalchemy import Integer, bindparam, delete, func, literal_column, select
from sqlalchemy.dialects.sqlite import insert as upsert

from ingest.embedding.base import Vectors
from ingest.index.catalogue.store import Store
from ingest.index.schema import embeddings

_AT_ONCE = 500


class Embeddings(Store):
    """Vectors that were made before."""

    def embeddings(self, model: str, keys: Iterable[str], dimensions: int | None = None) -> dict[str, Vectors]:
        """Cached vectors by key; with `dimensions`, sound ones alone."""
        wanted = list(keys)
        found: dict[str, Vectors] = {}
        with self.reading() as connection:
            for at in range(0, len(wanted), _AT_ONCE):
                query = select(embeddings.c.key, embeddings.c.vector).where(
                    embeddings.c.model == model, embeddings.c.key.in_(wanted[at : at + _AT_ONCE])
                )
                found |= {
                    r.key: np.frombuffer(r.vector, np.float32)
                    for r in connection.execute(query)
                    if dimensions is None or sound_bytes(r.vector, dimensions)
                }
        return found

    def unsound_embeddings(self, model: str, dimensions: int) -> Iterator[str]:
        """Keys of cached vectors that no embedder can have made: of another length, zero, or not numbers."""
        after = 0
        row = literal_column("rowid", Integer)
        while True:
            with self.reading() as connection:
                query = select(row.label("row"), embeddings.c.key, embeddings.c.vector).where(
                    embeddings.c.model == model, row > after
                )
                found = connection.execute(query.order_by(row).limit(2000)).all()
            if not found:
                return
            after = found[-1].row
            yield from (r.key for r in found if not sound_bytes(r.vector, dimensions))

    def keep_embeddings(self, model: str, vectors: Mapping[str, Vectors]) -> None:
        """Cache vectors, so that no text is embedded twice. One that is there stays, unless it is of another length."""
        if vectors:
            rows = [{"model": model, "key": k, "vector": v.astype(np.float32).tobytes()} for k, v in vectors.items()]
            with self.writing() as connection:
                statement = upsert(embeddings)
                torn = func.length(embeddings.c.vector) != func.length(statement.excluded.vector)
                mended = {"vector": statement.excluded.vector}
                connection.execute(
                    statement.on_conflict_do_update(index_elements=["model", "key"], set_=mended, where=torn), rows
                )

    def drop_embeddings(self, model: str, keys: Iterable[str]) -> None:
        """Take vectors that are of no use out of the cache."""
        rows = [{"given": key} for key in keys]
        if rows:
            with self.writing() as connection:
                connection.execute(
                    delete(embeddings).where(embeddings.c.model == model, embeddings.c.key == bindparam("given")), rows
                )


def sound(vector: Vectors, dimensions: int) -> bool:
    """Whether an embedder can have made it: so many numbers, and of length 1."""
    return vector.shape == (dimensions,) and abs(float(np.linalg.norm(vector)) - 1) < 0.01


def sound_bytes(vector: bytes, dimensions: int) -> bool:
    """The same of a cached one."""
    return len(vector) == 4 * dimensions and sound(np.frombuffer(vector, np.float32), dimensions)
