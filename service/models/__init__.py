"""Chat models. Without one, answers are extracts."""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic import SecretStr

from service.models.base import ChatModel, Reply, Usage
from service.models.breaker import Breakers
from service.settings import ChatSettings, Settings

__all__ = [
    "Breakers",
    "ChatModel",
    "Reply",
    "Usage",
    "breakers_from",
    "chat_model_for",
    "chat_model_from",
    "chat_models_from",
]

_OPENAI = "https://api.openai.com/v1"
# The first of two models has to begin within this share of the time.
_SHARE = 0.5


def breakers_from(settings: Settings) -> Breakers:
    """None of them tripped yet."""
    return Breakers(settings.chat.breaker_failures, settings.chat.breaker_seconds)


def chat_model_from(settings: Settings, breakers: Breakers | None = None) -> ChatModel | None:
    """The configured chat model, not yet loaded, or None for extracts."""
    key = settings.chat.api_key or settings.openai_api_key
    if key is None and settings.chat.base_url is None:
        return None
    share = 1 if settings.chat_fallback.model is None else _SHARE
    return _model(settings.chat, key, breakers or breakers_from(settings), settings.chat.retries, share)


def chat_models_from(settings: Settings, breakers: Breakers | None = None) -> list[ChatModel]:
    """The configured chat models, not yet loaded: each writes where the one before it fails. None for extracts."""
    breakers = breakers or breakers_from(settings)
    return [m for m in (chat_model_from(settings, breakers), _second(settings, breakers)) if m is not None]


def _second(settings: Settings, breakers: Breakers) -> ChatModel | None:
    """The key of the first is sent to no other address than that of the first."""
    first, second = settings.chat, settings.chat_fallback
    if second.model is None or (second.base_url is None and chat_model_from(settings) is None):
        return None
    same = second.base_url is None or second.base_url == first.base_url
    key = second.api_key or ((first.api_key or settings.openai_api_key) if same else None)
    chat = first.model_copy(
        update={
            "model": second.model,
            "base_url": second.base_url or first.base_url,
            "price_input": second.price_input,
            "price_output": second.price_output,
        }
    )
    return _model(chat, key, breakers, first.retries, 1, "FOOTNOTE_CHAT_FALLBACK")


def chat_model_for(
    settings: Settings, model: str | None, timeout: float, breakers: Breakers | None = None
) -> ChatModel | None:
    """A chat model at the same endpoint for a task of its own: another model perhaps, and other seconds.

    It is loaded at once: that takes seconds which such a task does not have, and so would a second try.
    """
    chat = settings.chat.model_copy(update={"model": model or settings.chat.model, "timeout": timeout})
    key = chat.api_key or settings.openai_api_key
    if key is None and chat.base_url is None:
        return None
    made = _model(chat, key, breakers or breakers_from(settings), 0, 1)
    made.warm()
    return made


def _model(
    chat: ChatSettings,
    key: SecretStr | None,
    breakers: Breakers,
    retries: int,
    share: float,
    section: str = "FOOTNOTE_CHAT",
) -> ChatModel:
    from service.models.openai_like import OpenAILikeModel
    from service.models.retrying import RetryingModel

    one = OpenAILikeModel(chat, key.get_secret_value() if key else None, section)
    address = urlsplit(chat.base_url or _OPENAI)
    breaker = breakers.of(f"{chat.model} at {address.hostname}{f':{address.port}' if address.port else ''}")
    return RetryingModel(one, breaker, retries, chat.timeout, share)
