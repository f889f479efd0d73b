from __future__ import annotations

import numpy as np
import onnxruntime
import pytest

from ingest.embedding.e5.onnx import Graph


def run(graph: Graph, value: str, given: np.ndarray) -> list[object]:
    model = graph.model("given", value, given.shape[-1])
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    return session.run(None, {"given": given})[0].tolist()  # type: ignore[no-any-return]


@pytest.mark.parametrize("length", [1, 3])
def test_a_graph_of_operators_constants_and_attributes_runs(length: int) -> None:
    graph = Graph()
    (softened,) = graph.op("LeakyRelu", "given", domain="", alpha=0.25)
    left, right = graph.op("Split", softened, np.array([2, 2]), outputs=2, domain="", axis=-1)
    (swapped,) = graph.op("Concat", right, left, domain="", axis=-1)
    (scaled,) = graph.op("Mul", swapped, np.array([1, 10, 100, 1000], np.float32), domain="")
    given = np.tile(np.array([-4, 2, 3, -8], np.float32), (1, length, 1))
    assert run(graph, scaled, given) == [[[3, -20, -100, 2000]] * length]


def test_negative_and_large_numbers_are_encoded() -> None:
    graph = Graph()
    (chosen,) = graph.op("Gather", "given", np.array([-1, 299, *range(298)]), domain="", axis=-1)
    given = np.arange(300, dtype=np.float32).reshape(1, 1, 300)
    assert run(graph, chosen, given) == [[[299, 299, *range(298)]]]
