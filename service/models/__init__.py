"""Chat models. Without one, answers are extracts."""

from __future__ import annotations

from service.models.base import ChatModel, Reply, Usage
from service.settings import Settings

__all__ = ["ChatModel", "Reply", "Usage", "chat_model_for", "chat_model_from"]


def chat_model_from(settings: Settings) -> ChatModel | None:
    """The configured chat model, not yet loaded, or None for extracts."""
    key = settings.chat.api_key or settings.openai_api_key
    if key is None and settings.chat.base_url is None:
        return None
    from service.models.openai_like import OpenAILikeModel

    return OpenAILikeModel(settings.chat, key.get_secret_value() if key else None)


def chat_model_for(settings: Settings, model: str | None, timeout: float) -> ChatModel | None:
    """A chat model at the same endpoint for a task of its own: another model perhaps, and other seconds.

    It is loaded at once: that takes seconds which such a task does not have.
    """
    chat = settings.chat.model_copy(update={"model": model or settings.chat.model, "timeout": timeout})
    key = chat.api_key or settings.openai_api_key
    if key is None and chat.base_url is None:
        return None
    from service.models.openai_like import OpenAILikeModel

    made = OpenAILikeModel(chat, key.get_secret_value() if key else None)
    made.warm()
    return made
