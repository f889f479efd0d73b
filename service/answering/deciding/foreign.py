"""May articles in another script answer? Words say nothing there, but where one does its sentence stands out."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from statistics import median

from service.retrieval.hit import Hit

# In the order of the weights in `foreign.json`, which `benchmarks/declining.py` fits.
NAMES = ("near", "apart")
# What stands out needs others to stand out from.
_ENOUGH = 4


@dataclass(frozen=True, slots=True)
class Foreign:
    """A logistic model, the least chance to answer from, and that where articles in the question's own have failed."""

    weights: tuple[float, ...]
    intercept: float
    least: float
    least_second: float

    def chance(self, values: Sequence[float]) -> float:
        """Chance of one question."""
        odds = self.intercept + sum(w * v for w, v in zip(self.weights, values, strict=True))
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))


def standing_out(hits: Sequence[Hit]) -> tuple[float, ...] | None:
    """One number for each of `NAMES`; None where too few chunks were compared by their sentences.

    near: cosine of the best chunk and of its nearest sentence together. apart: how much nearer the nearest sentence of
    all is than that of the middle chunk of other articles; cosines of one question crowd together, and how high differs
    by question.
    """
    compared = [(h.said, h.dense, h.article.id) for h in hits if h.said is not None and h.dense is not None]
    if not compared:
        return None
    nearest, _, article = max(compared)
    others = [said for said, _, other in compared if other != article]
    if len(others) < _ENOUGH:
        return None
    return max(said + dense for said, dense, _ in compared), nearest - median(others)


@lru_cache(maxsize=1)
def shipped() -> Foreign:
    """The weights that the package ships."""
    kept = json.loads((files("service.answering.deciding") / "foreign.json").read_text("utf-8"))
    return Foreign(
        tuple(kept["weights"][name] for name in NAMES), kept["intercept"], kept["least"], kept["least_second"]
    )
