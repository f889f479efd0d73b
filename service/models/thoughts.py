"""What a reasoning model thinks before it answers, taken out of its stream: it is no part of the answer."""

from __future__ import annotations

_OPENS, _CLOSES = "<think>", "</think>"


class Thoughts:
    """Takes pieces as they come and gives back those of the answer.

    Thoughts stand between `<think>` and `</think>` before the answer, as Qwen3 and DeepSeek-R1 write them where their
    server does not part the two.
    """

    def __init__(self) -> None:
        self._held, self._thinking, self._answering = "", False, False

    def without(self, piece: str) -> str:
        """What of the stream so far is answer and was not given back yet."""
        if self._answering:
            return piece
        self._held += piece
        if not self._thinking:
            begun = self._held.lstrip()
            if _OPENS.startswith(begun[: len(_OPENS)]) and len(begun) < len(_OPENS):
                return ""  # this may become a thought
            if not begun.startswith(_OPENS):
                return self._rest(self._held)
            self._thinking = True
        _, closed, after = self._held.partition(_CLOSES)
        return self._rest(after.lstrip()) if closed and after.strip() else ""

    def end(self) -> str:
        """What was held back at the end: a piece of text that never became a thought."""
        return "" if self._thinking or self._answering else self._rest(self._held)

    def _rest(self, text: str) -> str:
        self._held, self._answering = "", True
        return text
