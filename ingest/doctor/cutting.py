"""Are a build's chunks what their articles' texts say at their places? If not, they are cut again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ingest import chunk
from ingest.article import Article, Chunk, embedded_text
from ingest.finding import Kind, Mended
from ingest.index import Catalogue, Generation
from ingest.reading import hashed, keys_of


def misplaced(catalogue: Catalogue, generation: Generation) -> list[tuple[str, int]]:
    """(article, version) of which a build has chunks that are not what their text says there, or not all of them."""
    bad: set[tuple[str, int]] = set()
    seen: dict[tuple[str, int], _Cover] = {}
    for one, text in catalogue.placed(generation.id):
        place, span = (one.article_id, one.chunk.version), one.chunk
        key = hashed(embedded_text(one.title, span.section, span.text).encode("utf-8", "surrogatepass"))
        if text is None or len(span.text) != span.end - span.start or key != one.key:
            bad.add(place)
            continue
        cover = seen.setdefault(place, _Cover())
        cover.count += 1
        cover.last = max(cover.last, span.ordinal)
        cover.to_end |= not text[span.end :].strip()
    bad |= {place for place, cover in seen.items() if cover.count != cover.last + 1 or not cover.to_end}
    return sorted(bad)


@dataclass(slots=True)
class _Cover:
    count: int = 0
    last: int = -1
    to_end: bool = False


@dataclass(frozen=True, slots=True)
class Cut:
    """A version cut anew: its chunks, and the names of their embeddings."""

    article: Article
    chunks: list[Chunk]
    keys: tuple[str, ...]


def cut(catalogue: Catalogue, generation: Generation, article_id: str, version: int) -> Cut | None:
    """Cut a version as its build cuts; None where there is no such version."""
    article = catalogue.article(article_id, version)
    if article is None:
        return None
    spans = chunk.chunks_of(article, version, int(generation.chunker.split(":")[1]))
    return Cut(article, spans, keys_of(article, spans))


def cut_again(
    catalogue: Catalogue, generation: Generation, kind: Kind, places: list[tuple[str, int]]
) -> Iterator[Mended]:
    """Cut versions anew; what is left of a version that is not there goes."""
    for article_id, version in places:
        made = cut(catalogue, generation, article_id, version)
        if made is None:
            there = [
                one.id
                for one, _ in catalogue.placed(generation.id)
                if (one.article_id, one.chunk.version) == (article_id, version)
            ]
            catalogue.hide_chunks(generation.id, there)
        else:
            catalogue.recut(generation.id, made.article, made.chunks, made.keys)
    if places:
        yield Mended(kind, f"Cut {len(places)} articles into chunks again.", len(places), generation.id)


def chunkless(catalogue: Catalogue, generation: Generation) -> Iterator[tuple[str, int]]:
    """(article, version) that search is to see and of which a build has no chunks."""
    without = set(catalogue.versions_missing())
    return (p for p in catalogue.lacking(generation.id, limit=-1) if p[0] not in without)
