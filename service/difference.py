"""What became of a quote in a later version of its article."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_MOST_PARAGRAPHS = 2000  # to compare more takes long, and says less
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the quote `stands` word for word in the later text, else what went and what is in its place."""

    stands: tuple[int, int] | None = None
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


def difference(old: str, new: str, start: int, end: int) -> Difference:
    """What became of characters `start` to `end` of `old` in `new`."""
    quote = old[start:end]
    at = _nearest(new, quote, start)
    if at is not None:
        return Difference(stands=(at, at + len(quote)))
    theirs, ours = _paragraphs(old), _paragraphs(new)
    touched = {i for i, (a, b, _) in enumerate(theirs) if a < end and start < b}
    before, after = [t for _, _, t in theirs], [t for _, _, t in ours]
    head = _alike(before, after)
    tail = _alike(before[head:][::-1], after[head:][::-1])
    before_middle, after_middle = before[head : len(before) - tail], after[head : len(after) - tail]
    gone: list[str] = []
    come: list[str] = []
    if max(len(before_middle), len(after_middle)) <= _MOST_PARAGRAPHS:
        for kind, a1, a2, b1, b2 in SequenceMatcher(None, before_middle, after_middle, autojunk=False).get_opcodes():
            if kind != "equal" and touched & set(range(head + a1, head + a2)):
                gone += before_middle[a1:a2]
                come += after_middle[b1:b2]
    else:
        gone = [before[i] for i in sorted(touched)]
    return Difference(before=tuple(gone[:_SHOWN]), after=tuple(come[:_SHOWN]))


def _nearest(text: str, quote: str, near: int) -> int | None:
    """Where the quote stands, nearest to where it stood."""
    before, after = text.rfind(quote, 0, near + len(quote)), text.find(quote, near)
    found = [at for at in (before, after) if at >= 0]
    return min(found, key=lambda at: abs(at - near), default=None)


def _paragraphs(text: str) -> list[tuple[int, int, str]]:
    found, at = [], 0
    for part in text.split("\n\n"):
        if part.strip():
            found.append((at, at + len(part), part))
        at += len(part) + 2
    return found


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """How many paragraphs are the same from the start."""
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count
