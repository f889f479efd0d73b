"""An entailment model on this machine judges: does the quote entail the claim? (Honovich et al. 2022, TRUE)"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import numpy as np

from ingest.errors import SettingsError
from service.answering.verifying.judge import Judged, Pair
from service.errors import JudgeUnavailable
from service.models.cross_encoder import CrossEncoder

_ENTAILMENT = "entailment"


class EntailmentJudge:
    """The quote is the premise, the claim the hypothesis; the chance is that of entailment among all labels."""

    def __init__(self, model: CrossEncoder) -> None:
        """Raises SettingsError where no label of the model is called entailment, or it is the only one."""
        labels = [label.strip().casefold() for label in model.labels]
        if labels.count(_ENTAILMENT) != 1 or len(labels) < 2:
            raise SettingsError(
                "FOOTNOTE_VERIFY__PATH: the model is no entailment model, or its config.json does not say which label "
                f"is {_ENTAILMENT!r}: name the labels under id2label."
            )
        self._model, self._entailment = model, labels.index(_ENTAILMENT)

    async def judge(self, pairs: Sequence[Pair], within: float) -> Judged:
        """See `Judge.judge`."""
        try:
            logits = await asyncio.to_thread(self._model.logits, [(p.quote, p.claim) for p in pairs], within)
        except TimeoutError:
            raise JudgeUnavailable(f"the entailment model took longer than {within:g} s") from None
        except Exception as error:  # whatever onnxruntime raises, words can decide
            raise JudgeUnavailable(f"the entailment model failed ({type(error).__name__})") from None
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        return Judged(tuple(float(row[self._entailment] / row.sum()) for row in odds))
