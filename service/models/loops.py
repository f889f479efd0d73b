"""Notices a model that writes the same again and again, which small models do until they are cut."""

from __future__ import annotations

# A passage of so many characters, said so many times in a row and filling so much of the end, is no prose.
_LONGEST, _TIMES, _LEAST = 400, 4, 200
_EVERY = 40
# Where these last characters stood before, a passage may begin anew: in prose, hardly anywhere.
_END = 16


class Loops:
    """Reads a text as it comes."""

    def __init__(self) -> None:
        self._tail, self._unread = "", 0

    def after(self, piece: str) -> bool:
        """Whether the text ends in a loop now."""
        self._tail = (self._tail + piece)[-(_LONGEST * _TIMES) :]
        self._unread += len(piece)
        if self._unread < _EVERY:
            return False
        self._unread = 0
        return loops(self._tail)


def loops(text: str) -> bool:
    """Whether a text ends in one passage that is repeated."""
    end, length = text[-_END:], len(text)
    at = text.rfind(end, 0, length - 1)
    while at >= 0 and (period := length - len(end) - at) <= _LONGEST:
        same = max(period * (_TIMES - 1), _LEAST - period)
        if same + period <= length and text[-same:] == text[-same - period : -period]:
            return True
        at = text.rfind(end, 0, at + len(end) - 1)
    return False
