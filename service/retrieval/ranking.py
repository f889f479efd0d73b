"""The order of what the two searches found: signals weighed by a small linear model, or fusion where none was fitted.

`ranking.json` is written by `benchmarks/ranking.py --write`, which also shows what the model does on sets that it was
not fitted on. Listwise softmax loss over the candidates of a question (ListNet, Cao et al., ICML 2007).
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from service.retrieval.signals import NAMES, Signals

# Cosines of another model crowd together elsewhere.
_FITTED_FOR = "multilingual-e5-small"
# Not fitted: the articles of one set alone have dates, and its questions ask for news.
RECENT = 1.0


def is_fitted_for(embedder: str | None) -> bool:
    """Whether the model can read the cosines of an embedder."""
    return embedder is not None and embedder.startswith(_FITTED_FOR)


def scores(made: Signals) -> NDArray[np.float64]:
    """A score a candidate, higher is better; only their order and differences within a question mean something."""
    # Rounded: a product's last bits hang on where a row stands, and what is alike has to score alike.
    found: NDArray[np.float64] = (made @ _weights()).round(9)
    return found


@cache
def _weights() -> NDArray[np.float64]:
    kept = json.loads((files(__package__) / "ranking.json").read_text("utf-8"))
    return np.array([RECENT if name == "recent" else kept["weights"][name] for name in NAMES])
