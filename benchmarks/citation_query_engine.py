"""LlamaIndex's CitationQueryEngine over Footnote's index: the same chunks, vectors, embedder and model."""

from __future__ import annotations

from typing import Any

from llama_index.core.base.llms.types import CompletionResponse, CompletionResponseGen, LLMMetadata
from llama_index.core.llms import CustomLLM
from llama_index.core.query_engine import CitationQueryEngine as LlamaIndexEngine
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from benchmarks.instant_model import InstantModel
from ingest.embedding import Embedder
from ingest.index import Index


class CitationQueryEngine:
    """Asks LlamaIndex's engine, as it comes but for the number of chunks."""

    def __init__(self, index: Index, embedder: Embedder, model: InstantModel, nearest: int) -> None:
        self._engine = LlamaIndexEngine.from_args(
            index=None, retriever=_Nearest(index, embedder, nearest), llm=_Model(model)
        )

    def ask(self, question: str) -> str:
        """The answer's text."""
        return str(self._engine.query(question))


class _Nearest(BaseRetriever):
    """The nearest chunks in Chroma; their texts from the catalogue."""

    def __init__(self, index: Index, embedder: Embedder, nearest: int) -> None:
        self._index, self._embedder, self._nearest = index, embedder, nearest
        super().__init__()

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        vectors = self._index.vectors
        assert vectors is not None
        hits = vectors.nearest(self._embedder.question(query_bundle.query_str), self._nearest)
        texts = self._index.catalogue.visible([h.chunk_id for h in hits], ["public"])
        return [
            NodeWithScore(node=TextNode(id_=h.chunk_id, text=texts[h.chunk_id][0].text), score=h.cosine)
            for h in hits
            if h.chunk_id in texts
        ]


class _Model(CustomLLM):
    """The model behind LlamaIndex's interface."""

    instant: Any

    def __init__(self, model: InstantModel) -> None:
        super().__init__(instant=model)

    @property
    def metadata(self) -> LLMMetadata:
        """A window that the sources fit into."""
        return LLMMetadata(context_window=32_000, num_output=512, model_name="instant")

    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:  # noqa: ARG002
        """The whole reply."""
        return CompletionResponse(text=self.instant.written(prompt))

    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:  # noqa: ARG002
        """The same, as a stream of one."""
        yield self.complete(prompt)
