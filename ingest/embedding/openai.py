"""Embeddings from any OpenAI-compatible endpoint, through LlamaIndex's adapter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import openai
from llama_index.embeddings.openai import OpenAIEmbedding

from ingest.embedding.base import Vectors
from ingest.errors import PermanentError, SettingsError, TransientError

_RETRIES = 4
# Somebody waits for the answer to a question, and keywords can give one without the vector.
_QUESTION_RETRIES = 1
# A text that is too long, or holds what the endpoint does not take; the next text may be fine.
_REFUSALS = (400, 413, 422)
_SILENT = "The embeddings endpoint did not answer: check FOOTNOTE_EMBEDDING__BASE_URL, or try again later."
_UNREADABLE = (
    "The embeddings endpoint sent something else than a vector for each text: "
    "check FOOTNOTE_EMBEDDING__BASE_URL, or try again later."
)


class _Endpoint(OpenAIEmbedding):  # type: ignore[misc]
    """The adapter, with rows in the order of their index and each call retried by one layer instead of by two."""

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return self._asked(texts, _RETRIES)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._asked([text], _RETRIES)[0]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._asked([query], _QUESTION_RETRIES)[0]

    def _asked(self, texts: list[str], retries: int) -> list[list[float]]:
        client = self._get_client().with_options(max_retries=retries)
        rows = client.embeddings.create(input=texts, model=self._text_engine, **self.additional_kwargs).data
        if len(rows) != len(texts):
            raise ValueError("not a row a text")
        return [row.embedding for row in sorted(rows, key=lambda row: row.index)]


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
        self.id = model if dimensions is None else f"{model}@{dimensions}"
        self._dimensions = dimensions
        self._takes_any = False
        self._model: Any = _Endpoint(
            model_name=model,
            api_key=api_key,
            api_base=base_url,
            dimensions=dimensions,
            embed_batch_size=batch,
            timeout=timeout,
        )

    @property
    def dimensions(self) -> int:
        """Asks the endpoint once where they are not configured."""
        if self._dimensions is None:
            self._dimensions = len(self.question("dimensions"))
        return self._dimensions

    def passages(self, texts: Sequence[str]) -> Vectors:
        """(len(texts), dimensions), rows of length 1.

        Raises:
            PermanentError: it refuses one of these texts, and takes others.
            SettingsError: it refuses the key, has no such model, or refuses every text.
        """
        if not texts:
            return np.zeros((0, self.dimensions), np.float32)
        try:
            made = self._units(lambda: self._model.get_text_embedding_batch(list(texts)))
        except PermanentError:
            self._check_that_it_takes_any()
            raise
        self._takes_any = True
        return made

    def _check_that_it_takes_any(self) -> None:
        """Before a text is blamed: would the endpoint take a harmless one?"""
        if self._takes_any:
            return
        try:
            self._units(lambda: self._model.get_text_embedding_batch(["a"]))
        except PermanentError:
            raise SettingsError(
                "The embeddings endpoint refuses every text: check FOOTNOTE_EMBEDDING__MODEL and "
                "FOOTNOTE_EMBEDDING__DIMENSIONS."
            ) from None
        self._takes_any = True

    def question(self, text: str) -> Vectors:
        """(dimensions,), of length 1. Raises as `passages` does."""
        vector: Vectors = self._units(lambda: [self._model.get_query_embedding(text)])[0]
        return vector

    def _units(self, call: Callable[[], list[list[float]]]) -> Vectors:
        try:
            rows = np.asarray(call(), np.float32)
        except (openai.AuthenticationError, openai.PermissionDeniedError):
            raise SettingsError("The embeddings endpoint refused the key: check FOOTNOTE_EMBEDDING__API_KEY.") from None
        except openai.NotFoundError:
            raise SettingsError(
                f"The embeddings endpoint has no model {self.id!r}: check FOOTNOTE_EMBEDDING__MODEL and "
                "FOOTNOTE_EMBEDDING__BASE_URL."
            ) from None
        except openai.RateLimitError:
            raise TransientError(
                "The embeddings endpoint takes no more requests for now: try again later, or check the key's quota."
            ) from None
        except openai.APIStatusError as error:
            if error.status_code in _REFUSALS:
                raise PermanentError(
                    "The embeddings endpoint refuses the text: shorten or reword it, or run `footnote articles retry`."
                ) from None
            raise TransientError(_SILENT) from None
        except openai.OpenAIError:
            raise TransientError(_SILENT) from None
        except (ValueError, TypeError, AttributeError):  # what is not JSON, or not embeddings, ends in one of these
            raise TransientError(_UNREADABLE) from None
        if rows.ndim != 2 or not np.isfinite(rows).all():
            raise TransientError(_UNREADABLE)
        if self._dimensions is not None and rows.shape[1] != self._dimensions:
            raise SettingsError(
                f"The embeddings endpoint sent {rows.shape[1]} dimensions where {self._dimensions} were expected: "
                "check FOOTNOTE_EMBEDDING__MODEL and FOOTNOTE_EMBEDDING__DIMENSIONS."
            )
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        if not lengths.all():
            raise TransientError(_UNREADABLE)
        units: Vectors = (rows / lengths).astype(np.float32)
        return units
