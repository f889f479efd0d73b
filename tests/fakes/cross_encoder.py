"""A folder with a real, tiny cross-encoder: it counts the words of the second text that stand in the first."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from ingest.embedding.e5.onnx import Graph, _message

_INT64, _FLOAT = 7, 1
INPUTS = ("input_ids", "attention_mask", "token_type_ids")


class _Pairs(Graph):
    """A graph whose inputs are rows of integers."""

    def finished(self, inputs: Sequence[str], wanted: str, width: int) -> bytes:
        """The model: (batch, length) integers in, (batch, width) numbers out."""

        def described(name: str, kind: int, last: tuple[int, Any]) -> bytes:
            shape = _message((1, _message((2, "batch"))), (1, _message(last)))
            return _message((1, name), (2, _message((1, _message((1, kind), (2, shape))))))

        given = [(11, described(name, _INT64, (2, "length"))) for name in inputs]
        graph = _message(*self._fields, (2, "pairs"), *given, (12, described(wanted, _FLOAT, (1, width))))
        return _message((1, 8), (7, graph), (8, _message((1, ""), (2, 17))))


def write_cross_encoder(
    folder: Path,
    texts: Iterable[str],
    weights: Sequence[float] = (1.0,),
    biases: Sequence[float] = (-3.0,),
    labels: Sequence[str] = (),
    inputs: Sequence[str] = INPUTS,
    longest: int | None = None,
) -> Path:
    """`weights` and `biases` make a logit a label of the count; words that none of `texts` has do not count."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(_model(np.array([weights], np.float32), np.array([biases], np.float32), inputs))
    words = sorted({w for text in texts for w in re.findall(r"[a-z]+|\d+|[\u3400-\u9fff]", text.casefold())})
    vocabulary = {word: i for i, word in enumerate(["[UNK]", "[CLS]", "[SEP]", *words])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {"max_position_embeddings": longest} if longest else {}
    named = {"id2label": {str(i): label for i, label in enumerate(labels)}} if labels else {}
    (folder / "config.json").write_text(json.dumps(config | named), "utf-8")
    return folder


def _model(weights: NDArray[Any], biases: NDArray[Any], inputs: Sequence[str]) -> bytes:
    graph = _Pairs()
    one, two = np.array([1]), np.array([2])

    def op(kind: str, *values: Any, **attributes: int | float) -> str:
        return graph.op(kind, *values, domain="", **attributes)[0]

    ids, kinds = inputs[0], inputs[-1]
    known = op("Cast", op("Greater", ids, np.array([2])), to=_FLOAT)
    second = op("Mul", op("Cast", kinds, to=_FLOAT), known)
    first = op("Cast", op("Equal", kinds, np.array([0])), to=_FLOAT)
    alike = op("Cast", op("Equal", op("Unsqueeze", ids, two), op("Unsqueeze", ids, one)), to=_FLOAT)
    found = op("Mul", op("Mul", alike, op("Unsqueeze", second, two)), op("Unsqueeze", first, one))
    count = op("ReduceSum", op("Sign", op("ReduceSum", found, two, keepdims=0)), one, keepdims=1)
    logits = op("Add", op("MatMul", count, weights), biases)
    return graph.finished(inputs, logits, weights.shape[1])
