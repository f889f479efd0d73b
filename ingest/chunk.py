"""Cut an article into chunks that end where sentences end and never cross a heading."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.article import Article, Chunk
from ingest.sentences import Span, sentences

VERSION = "2"
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
# A CJK character carries about as much as this many Latin ones; it keeps chunks of both near 250 tokens.
_CJK_WEIGHT = 2.5


def chunks_of(article: Article, version: int, size: int) -> list[Chunk]:
    """Chunks of `article`, in order; `article.text[c.start:c.end] == c.text` for each.

    `size` is a number of Latin characters. Sections are filled evenly: a section of 1.2 sizes becomes two
    chunks of 0.6, not a full one and a scrap.
    """
    found: list[Chunk] = []
    for section in _stretches(article):
        for span in _packed(article.text, section, size):
            found.append(
                Chunk(
                    id=f"{article.id}:{version}:{len(found)}",
                    article_id=article.id,
                    version=version,
                    ordinal=len(found),
                    start=span.start,
                    end=span.end,
                    text=article.text[span.start : span.end],
                    section=article.section_at(span.end - 1),
                    page=article.page_at(span.start),
                )
            )
    return found


def _stretches(article: Article) -> Iterator[Span]:
    """Stretches between headings; a heading with no text of its own goes with what follows it."""
    cuts = sorted({0, len(article.text), *(s.start for s in article.sections)})
    start = cuts[0]
    headings = {s.start: s.heading for s in article.sections}
    for cut in cuts[1:]:
        body = article.text[start:cut].strip()
        if cut < len(article.text) and body == headings.get(start, "").strip():
            continue
        yield Span(start, cut)
        start = cut


def _packed(text: str, stretch: Span, size: int) -> Iterator[Span]:
    spans = [piece for s in sentences(text, stretch.start, stretch.end) for piece in _bounded(text, s, size)]
    if not spans:
        return
    total = sum(_weight(text, s) for s in spans)
    target = total / max(1, -(-total // size))
    first, filled, extent = 0, 0.0, 0.0
    for i, span in enumerate(spans):
        weight = _weight(text, span)
        # What stands between two sentences is in the chunk too: a blank, or a drawing of ten thousand dashes.
        between = _weight(text, Span(spans[i - 1].end, span.start)) if i > first else 0.0
        if i > first and (extent + between + weight > size or filled + weight / 2 > target):
            yield Span(spans[first].start, spans[i - 1].end)
            first, filled, extent, between = i, 0.0, 0.0, 0.0
        filled += weight
        extent += between + weight
    yield Span(spans[first].start, spans[-1].end)


def _bounded(text: str, span: Span, size: int) -> Iterator[Span]:
    """A sentence longer than a chunk is cut at white space or, failing that, anywhere."""
    start = span.start
    while span.end - start > size or _weight(text, Span(start, span.end)) > size:
        reach = start + max(1, int(size / (_CJK_WEIGHT if _CJK.search(text, start, start + size) else 1)))
        cut = text.rfind(" ", start + 1, reach)
        cut = cut if cut > start else reach
        yield Span(start, cut)
        start = cut + (1 if text[cut : cut + 1] == " " else 0)
    if start < span.end:
        yield Span(start, span.end)


def _weight(text: str, span: Span) -> float:
    length = span.end - span.start
    return length + (_CJK_WEIGHT - 1) * len(_CJK.findall(text, span.start, span.end))
