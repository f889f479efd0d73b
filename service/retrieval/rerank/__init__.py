"""Rerankers: an endpoint, a cross-encoder on this machine, the chat model, or none."""

from __future__ import annotations

from service.models import Breakers, breakers_from, chat_model_for
from service.retrieval.rerank.base import Reranker, Scored
from service.retrieval.rerank.reranking import Reranking
from service.settings import Settings

__all__ = ["Reranker", "Reranking", "Scored", "reranking_from"]


def reranking_from(settings: Settings, breakers: Breakers | None = None) -> Reranking | None:
    """The configured reranker at its depth and within its time; None leaves the order of the search.

    Its breaker is that of `breakers`.

    Raises:
        SettingsError: the cross-encoder cannot be loaded.
    """
    wanted, breakers = settings.rerank, breakers or breakers_from(settings)
    reranker = _reranker(settings, breakers)
    if reranker is None:
        return None
    breaker = breakers.of("reranker") if wanted.kind == "http" else None  # a chat model has its own
    return Reranking(reranker, wanted.depth, wanted.timeout, breaker, wanted.kind == "chat")


def _reranker(settings: Settings, breakers: Breakers) -> Reranker | None:
    wanted = settings.rerank
    if wanted.kind == "http" and wanted.url:
        from service.retrieval.rerank.http import HttpReranker

        key = wanted.api_key.get_secret_value() if wanted.api_key else None
        return HttpReranker(wanted.url, wanted.form, wanted.model, key)
    if wanted.kind == "onnx" and wanted.path:
        from service.models.cross_encoder import cross_encoder
        from service.retrieval.rerank.local import LocalReranker

        return LocalReranker(cross_encoder(wanted.path, wanted.threads, "FOOTNOTE_RERANK__PATH"))
    if wanted.kind == "chat":
        from service.models.blocking import BlockingChat
        from service.retrieval.rerank.chat import ChatReranker

        model = chat_model_for(settings, wanted.model, wanted.timeout, breakers)
        return ChatReranker(BlockingChat(model), settings.chat.context_window) if model is not None else None
    return None
