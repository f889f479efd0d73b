"""Embedders: the model the package ships, any OpenAI-compatible endpoint, or none."""

from __future__ import annotations

from ingest.embedding.base import Embedder, Vectors
from ingest.errors import SettingsError
from ingest.settings import IngestSettings

__all__ = ["Embedder", "Vectors", "embedder_from"]


def embedder_from(settings: IngestSettings) -> Embedder | None:
    """The configured embedder, not yet loaded; None for keywords alone.

    Raises:
        SettingsError: an endpoint without a key, or a path without a file.
    """
    wanted = settings.embedding
    if wanted.provider == "none":
        return None
    if wanted.provider == "hashing":
        from ingest.embedding.hashing import HashingEmbedder

        return HashingEmbedder(wanted.dimensions or 384)
    if wanted.provider == "openai" or wanted.base_url:
        key = wanted.api_key or settings.openai_api_key
        if key is None and wanted.base_url is None:
            raise SettingsError("FOOTNOTE_EMBEDDING__PROVIDER is openai but there is no key: set OPENAI_API_KEY.")
        from ingest.embedding.openai import OpenAIEmbedder

        return OpenAIEmbedder(
            wanted.model,
            key.get_secret_value() if key else "none",
            wanted.base_url,
            wanted.dimensions,
            wanted.batch,
            wanted.timeout,
        )
    from ingest.embedding.local import LocalEmbedder

    return LocalEmbedder(wanted.path, wanted.threads)
