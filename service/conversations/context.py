"""What stands around a quote."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.sentences import sentences

_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class Context:
    """The text right before and right after a quote: whole sentences, or words where a sentence is too long."""

    before: str
    after: str


def context_of(text: str, start: int, end: int, most: int = _CHARACTERS) -> Context:
    """At most `most` characters on either side."""
    return Context(text[_begin(text, start, most) : start], text[end : _end(text, end, most)])


def _begin(text: str, start: int, most: int) -> int:
    first = max(0, start - most)
    if first == 0:
        return 0
    whole = sentences(text, first, start)[1:]  # the first is cut, or seems to be
    if whole:
        return whole[0].start
    return next((at + 1 for at in range(first - 1, start) if text[at].isspace()), first)


def _end(text: str, end: int, most: int) -> int:
    last = min(len(text), end + most)
    if last == len(text):
        return last
    whole = sentences(text, end, last)[:-1]  # the last is cut, or seems to be
    if whole:
        return whole[-1].end
    return next((at for at in range(last, end, -1) if text[at].isspace()), last)
