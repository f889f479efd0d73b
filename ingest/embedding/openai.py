"""Embeddings from any OpenAI-compatible endpoint, through LlamaIndex's adapter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ingest.embedding.base import Vectors
from ingest.errors import PermanentError, SettingsError, TransientError


class OpenAIEmbedder:
    """Dimensions are known once the endpoint has answered, or when they are asked for."""

    def __init__(
        self,
        model: str,
        api_key: str,
        base_url: str | None = None,
        dimensions: int | None = None,
        batch: int = 64,
        timeout: float = 60,
    ) -> None:
        from llama_index.embeddings.openai import OpenAIEmbedding

        self.id = model if dimensions is None else f"{model}@{dimensions}"
        self._dimensions = dimensions
        self._model = OpenAIEmbedding(
            model_name=model,
            api_key=api_key,
            api_base=base_url,
            dimensions=dimensions,
            embed_batch_size=batch,
            timeout=timeout,
            max_retries=4,
        )

    @property
    def dimensions(self) -> int:
        """Asks the endpoint once where they are not configured."""
        if self._dimensions is None:
            self._dimensions = len(self.question("dimensions"))
        return self._dimensions

    def passages(self, texts: Sequence[str]) -> Vectors:
        """(len(texts), dimensions)."""
        return self._units(lambda: self._model.get_text_embedding_batch(list(texts)), len(texts))

    def question(self, text: str) -> Vectors:
        """(dimensions,)."""
        vector: Vectors = self._units(lambda: [self._model.get_query_embedding(text)], 1)[0]
        return vector

    def _units(self, call: Any, expected: int) -> Vectors:
        import openai

        try:
            rows = np.asarray(call(), np.float32)
        except (openai.AuthenticationError, openai.PermissionDeniedError):
            raise SettingsError("The embeddings endpoint refused the key: check FOOTNOTE_EMBEDDING__API_KEY.") from None
        except (openai.BadRequestError, openai.NotFoundError, openai.UnprocessableEntityError):
            raise PermanentError(
                f"The embeddings endpoint refused the request: check that it has the model {self.id!r} "
                "(FOOTNOTE_EMBEDDING__MODEL)."
            ) from None
        except openai.OpenAIError:
            raise TransientError(
                "The embeddings endpoint did not answer: check FOOTNOTE_EMBEDDING__BASE_URL, or try again later."
            ) from None
        except ValueError:
            raise TransientError("The embeddings endpoint sent vectors of unequal length: try again.") from None
        if rows.ndim != 2 or len(rows) != expected or not np.isfinite(rows).all():
            raise TransientError("The embeddings endpoint sent an incomplete answer: try again.")
        if self._dimensions is not None and rows.shape[1] != self._dimensions:
            raise PermanentError(
                f"The embeddings endpoint sent {rows.shape[1]} dimensions where {self._dimensions} were expected: "
                "check FOOTNOTE_EMBEDDING__MODEL and FOOTNOTE_EMBEDDING__DIMENSIONS."
            )
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return (rows / np.where(lengths == 0, 1, lengths)).astype(np.float32)
