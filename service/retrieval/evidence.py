"""From hits to evidence: the few passages an answer may rest on, neighbours joined, repeats dropped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.article import Article
from ingest.terms import terms
from service.retrieval.editions import superseded
from service.retrieval.hit import Hit

# Two passages that share this much of their words say the same.
_SAME = 0.85


@dataclass(frozen=True, slots=True)
class Passage:
    """A span of an article, numbered from 1 as a source; `rank` is that of its best hit."""

    number: int
    article: Article
    version: int
    start: int
    end: int
    hits: tuple[Hit, ...]

    @property
    def text(self) -> str:
        """The span itself."""
        return self.article.text[self.start : self.end]

    @property
    def dense(self) -> float | None:
        """Best cosine of its hits."""
        return max((h.dense for h in self.hits if h.dense is not None), default=None)


def evidence_from(hits: Sequence[Hit], limit: int) -> list[Passage]:
    """At most `limit` passages in order of their best hit; touching chunks of one article become one.

    Of two that say the same the better one is kept, or that of the newer edition.
    """
    kept: list[Hit] = []
    seen: list[frozenset[str]] = []
    for hit in hits:
        words = frozenset(terms(hit.chunk.text))
        same = next((i for i, other in enumerate(seen) if _overlap(words, other) >= _SAME), None)
        if same is not None:
            if superseded("", [kept[same].article, hit.article]).get(kept[same].article.id) == hit.article.id:
                kept[same], seen[same] = hit, words
            continue
        kept.append(hit)
        seen.append(words)
        if len(kept) == limit:
            break
    groups: list[list[Hit]] = []
    for hit in kept:
        touching = [g for g in groups if any(_touch(hit, other) for other in g)]
        for group in touching[1:]:
            touching[0].extend(group)
            groups.remove(group)
        if touching:
            touching[0].append(hit)
        else:
            groups.append([hit])
    return [
        Passage(
            number,
            group[0].article,
            group[0].chunk.version,
            min(h.chunk.start for h in group),
            max(h.chunk.end for h in group),
            tuple(group),
        )
        for number, group in enumerate(groups, 1)
    ]


def _touch(one: Hit, other: Hit) -> bool:
    return one.article.id == other.article.id and abs(one.chunk.ordinal - other.chunk.ordinal) == 1


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one and other else 0.0
