"""Chunks that are found by their words already and have no vectors yet: theirs are made when a question needs them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ingest.article import Article, Chunk, embedded_text
from ingest.embedding import Vectors
from ingest.index import Catalogue

# Of the best that words find, so many are looked at, and so many embedded: each takes some milliseconds.
_LOOKED_AT, _MOST = 12, 4


def fresh_cosines(
    keyword: Mapping[str, float],
    dense: Mapping[str, float],
    visible: Mapping[str, tuple[Chunk, Article]],
    vector: Vectors,
    catalogue: Catalogue,
    generation: int | None,
    embed: Callable[[Sequence[str]], Vectors | None],
) -> dict[str, float]:
    """Cosines by chunk id of the best of `keyword` (best first) that nothing has embedded yet.

    Without them what was added a moment ago would stand behind all that resembles it. None are made where the embedder
    fails now.

    Raises:
        TransientError: the catalogue cannot be read.
    """
    best = [i for i in keyword if i in visible and i not in dense][:_LOOKED_AT]
    stored = catalogue.vectors_of(best, generation) if best else {}
    fresh = [i for i in best if i not in stored][:_MOST]
    texts = [
        embedded_text(article.title, chunk.section, chunk.text) for chunk, article in map(visible.__getitem__, fresh)
    ]
    made = embed(texts)
    return {} if made is None else dict(zip(fresh, (made @ vector).tolist(), strict=True))
