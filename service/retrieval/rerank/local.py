"""A cross-encoder on this machine, from a folder with an ONNX file (Nogueira and Cho 2019, arXiv:1901.04085)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ingest.errors import SettingsError
from service.errors import RerankerUnavailable
from service.models.cross_encoder import CrossEncoder
from service.retrieval.rerank.base import Scored


class LocalReranker:
    """Reads each passage together with the question; its score is a probability."""

    def __init__(self, model: CrossEncoder) -> None:
        """Raises SettingsError where the model tells more than relevant from irrelevant."""
        if len(model.labels) > 2:
            raise SettingsError(
                f"FOOTNOTE_RERANK__PATH: the model tells {len(model.labels)} labels apart. A reranker has one or two."
            )
        self._model = model

    def scores(self, question: str, texts: Sequence[str], within: float) -> Scored:
        """See `Reranker.scores`."""
        try:
            logits = self._model.logits([(question, text) for text in texts], within)
        except TimeoutError:
            raise RerankerUnavailable(f"the reranker took longer than {within:.3g} s") from None
        except Exception as error:  # whatever onnxruntime raises, the order of the search is there
            raise RerankerUnavailable(f"the reranker's model failed ({type(error).__name__})") from None
        relevant = logits[:, -1] - (logits[:, 0] if logits.shape[1] == 2 else 0)
        return Scored(tuple(float(s) for s in 1 / (1 + np.exp(-np.clip(relevant, -500, 500)))))
