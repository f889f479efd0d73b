"""Where the terms of a question stand in many chunks, counted for all of them at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

# Between the places of one chunk and of the next: wider than any window.
_GAP = 64
_CLOSE = 3

Flags = NDArray[np.bool_]
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Standing:
    """Terms of a question in one part of each chunk; a hit is a term at a place, hits are in reading order.

    `places` rise from chunk to chunk, with a gap between two that is wider than any window. `often` is (chunks, terms).
    """

    words: Sequence[str]
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]
    rows: NDArray[np.int64]
    terms: NDArray[np.int64]
    places: NDArray[np.int64]
    often: Numbers

    @classmethod
    def of(cls, texts: Sequence[str], order: Mapping[str, int]) -> Standing:
        """`texts` are terms with spaces between, `order` numbers those of the question from 0."""
        lengths = np.array([text.count(" ") + 1 if text else 0 for text in texts])
        words = " ".join(filter(None, texts)).split(" ") if lengths.any() else []
        codes = np.fromiter(map(order.get, words, repeat(-1)), np.int64, len(words))
        hits = np.flatnonzero(codes >= 0)
        ends = lengths.cumsum()
        rows = np.searchsorted(ends, hits, side="right")
        often = np.bincount(rows * len(order) + codes[hits], minlength=len(texts) * len(order))
        shape = len(texts), len(order)
        return cls(
            words, ends - lengths, lengths, rows, codes[hits], hits + _GAP * rows, often.reshape(shape).astype(float)
        )

    @property
    def has(self) -> Flags:
        """(chunks, terms): whether the term stands there."""
        return self.often > 0

    def densest(self, weights: Numbers, *widths: int) -> list[Numbers]:
        """For each width the weight of the distinct terms in the best window of so many terms, a number a chunk."""
        made = [np.zeros(len(self.lengths)) for _ in widths]
        if len(self.places):
            here = np.where(self.terms[:, None] == np.arange(len(weights)), self.places[:, None], -_GAP)
            last = np.maximum.accumulate(here)
            for best, width in zip(made, widths, strict=True):
                inside = last > (self.places - width)[:, None]
                np.maximum.at(best, self.rows, (inside * weights).sum(1))
        return made

    def pairs(self, close: bool) -> Flags:
        """(chunks, terms - 1): whether a term is followed by the question's next, with little between if `close`."""
        found = np.zeros((len(self.lengths), max(self.often.shape[1] - 1, 0)), bool)
        next_one = (np.diff(self.terms) == 1) & (np.diff(self.rows) == 0)
        if close:
            next_one &= np.diff(self.places) <= _CLOSE
        found[self.rows[:-1][next_one], self.terms[:-1][next_one]] = True
        return found

    def beside_numbers(self, known: Collection[str], width: int) -> tuple[Flags, Numbers]:
        """Whether a chunk has numbers but the `known` ones, and the most hits within `width` terms of such a one."""
        digits = np.fromiter(map(str.isdigit, map(itemgetter(0), self.words)), bool, len(self.words))
        fresh = np.array([at for at in np.flatnonzero(digits).tolist() if self.words[at] not in known], np.int64)
        rows = np.searchsorted(self.starts + self.lengths, fresh, side="right")
        places = fresh + _GAP * rows
        near = np.searchsorted(self.places, places + width, "right") - np.searchsorted(self.places, places - width)
        has, most = np.zeros(len(self.lengths), bool), np.zeros(len(self.lengths))
        has[rows] = True
        np.maximum.at(most, rows, near)
        return has, most
