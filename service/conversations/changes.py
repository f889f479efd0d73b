"""What is different between two answers to one question."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from service.answer import Answer, Citation

Kind = Literal["same", "changed", "added", "removed"]

# A word, a number, one Han character, or the marks and spaces between them.
_PIECE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\u3040-\u30ff]|[^\W_]+(?:[.,'’-][^\W_]+)*|.", re.DOTALL)
_ALIKE = 0.5


@dataclass(frozen=True, slots=True)
class WordChange:
    """Some words of a sentence that changed."""

    kind: Literal["same", "added", "removed"]
    text: str


@dataclass(frozen=True, slots=True)
class SentenceChange:
    """A sentence then and now (None where there is none); `words` where it is another."""

    kind: Kind
    before: str | None
    after: str | None
    words: tuple[WordChange, ...] = ()


@dataclass(frozen=True, slots=True)
class CitationChange:
    """A passage that is cited in both answers or in one; `note` says what became of its article since."""

    kind: Literal["same", "added", "removed"]
    article_id: str
    title: str
    quote: str
    note: str | None = None


def sentence_changes(before: Answer, after: Answer) -> Iterator[SentenceChange]:
    """Sentences in reading order, those of the old answer where they were."""
    old, new = [s.text for s in before.sentences], [s.text for s in after.sentences]
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield from (SentenceChange("same", text, text) for text in old[a:b])
            continue
        yield from _paired(old[a:b], new[c:d])


def citation_changes(before: Answer, after: Answer) -> Iterator[CitationChange]:
    """Cited passages, those of the new answer first."""
    old, new = ({_place(c): c for c in answer.citations} for answer in (before, after))
    for place, one in new.items():
        yield _cited("same" if place in old else "added", one)
    yield from (_cited("removed", one) for place, one in old.items() if place not in new)


def word_changes(before: str, after: str) -> tuple[WordChange, ...]:
    """Words that stayed, went and came, in order: without the last it is `before`, without the middle `after`."""
    old, new = _PIECE.findall(before), _PIECE.findall(after)
    found: list[WordChange] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(WordChange("same", "".join(old[a:b])))
            continue
        found += [WordChange("removed", "".join(old[a:b]))] if b > a else []
        found += [WordChange("added", "".join(new[c:d]))] if d > c else []
    return tuple(found)


def _paired(old: Sequence[str], new: Sequence[str]) -> Iterator[SentenceChange]:
    """Each old sentence with the first new one that is like it."""
    left = list(new)
    for text in old:
        like = next((n for n in left if SequenceMatcher(None, text, n, autojunk=False).ratio() >= _ALIKE), None)
        if like is None:
            yield SentenceChange("removed", text, None)
            continue
        yield from (SentenceChange("added", None, n) for n in left[: left.index(like)])
        left = left[left.index(like) + 1 :]
        yield SentenceChange("changed", text, like, word_changes(text, like))
    yield from (SentenceChange("added", None, n) for n in left)


def _place(citation: Citation) -> tuple[str, int, int, int]:
    return citation.article_id, citation.version, citation.start, citation.end


def _cited(kind: Literal["same", "added", "removed"], citation: Citation) -> CitationChange:
    return CitationChange(kind, citation.article_id, citation.title, citation.quote)
