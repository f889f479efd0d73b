"""Chat models behind any OpenAI-compatible endpoint, through LlamaIndex's OpenAILike."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from contextvars import ContextVar
from typing import Any

from service.errors import ModelUnavailable
from service.models.base import Reply, Usage
from service.models.thoughts import Thoughts
from service.settings import ChatSettings

_log = logging.getLogger(__name__)
# Endpoints have many words for a good end; without any, the connection was lost.
# LlamaIndex keeps the response of a stream to itself, and only closing that hangs up on the endpoint.
_responses: ContextVar[list[Any] | None] = ContextVar("responses", default=None)
_NOT_AN_END = ("content_filter", "tool_calls", "function_call", "error")


class OpenAILikeModel:
    """Loads LlamaIndex at the first question, because that takes seconds."""

    def __init__(self, settings: ChatSettings, api_key: str | None) -> None:
        self._settings, self._key = settings, api_key
        self._model: Any = None

    @property
    def name(self) -> str:
        """The configured model."""
        return self._settings.model

    def warm(self) -> None:
        """Load the adapter now. Blocking."""
        from llama_index.llms.openai_like import OpenAILike
        from openai import DefaultAsyncHttpxClient

        s = self._settings
        self._model = self._model or OpenAILike(
            model=s.model,
            api_base=s.base_url or "https://api.openai.com/v1",
            api_key=self._key or "none",
            is_chat_model=True,
            temperature=s.temperature,
            max_tokens=s.max_tokens,
            context_window=s.context_window,
            timeout=s.timeout,
            max_retries=2,
            async_http_client=DefaultAsyncHttpxClient(event_hooks={"response": [_remember]}),
            additional_kwargs={"stream_options": {"include_usage": True}},
        )

    def reply(self, system: str, user: str) -> Reply:
        """See `ChatModel.reply`."""
        usage = Usage()
        return Reply(self._pieces(system, user, usage), usage)

    async def _pieces(self, system: str, user: str, usage: Usage) -> AsyncGenerator[str, None]:
        if self._model is None:
            await asyncio.to_thread(self.warm)
        deadline = asyncio.get_running_loop().time() + self._settings.timeout
        ended = None
        thoughts = Thoughts()
        responses: list[Any] = []
        try:
            async with asyncio.timeout_at(deadline):
                _responses.set(responses)
                stream = await self._opened(system, user)
            async with aclosing(_until(deadline, stream)) as parts:
                async for part in parts:
                    counted = getattr(part.raw, "usage", None)
                    if counted is not None:
                        usage.prompt, usage.completion = counted.prompt_tokens, counted.completion_tokens
                    for choice in getattr(part.raw, "choices", None) or ():
                        ended = choice.finish_reason or ended
                    if part.delta and (said := thoughts.without(part.delta)):
                        yield said
        except Exception as error:  # LlamaIndex, openai and httpx each raise their own, and KeyErrors on garbage
            _log.warning("the chat endpoint failed: %s", type(error).__name__)
            raise self._unavailable(error) from None
        finally:
            for response in responses:
                await response.aclose()
        if ended is None or ended in _NOT_AN_END:
            raise ModelUnavailable("The chat model broke off in the middle of its answer.")
        if left := thoughts.end():
            yield left
        usage.cut = ended == "length"

    async def _opened(self, system: str, user: str) -> AsyncIterator[Any]:
        from llama_index.core.llms import ChatMessage, MessageRole

        messages = [
            ChatMessage(content=system, role=MessageRole.SYSTEM),
            ChatMessage(content=user, role=MessageRole.USER),
        ]
        stream: AsyncIterator[Any] = await self._model.astream_chat(messages)
        return stream

    def _unavailable(self, error: Exception) -> ModelUnavailable:
        import openai

        if isinstance(error, (TimeoutError, openai.APITimeoutError)):
            return ModelUnavailable(f"The chat model took longer than {self._settings.timeout:g} s.")
        if isinstance(error, (openai.AuthenticationError, openai.PermissionDeniedError)):
            return ModelUnavailable(
                "The chat endpoint refused the key: check OPENAI_API_KEY or FOOTNOTE_CHAT__API_KEY."
            )
        if isinstance(error, openai.NotFoundError):
            return ModelUnavailable(
                f"The chat endpoint has no model {self.name!r}: check FOOTNOTE_CHAT__MODEL and FOOTNOTE_CHAT__BASE_URL."
            )
        if isinstance(error, openai.RateLimitError):
            return ModelUnavailable("The chat endpoint takes no more questions now: its rate or budget is used up.")
        return ModelUnavailable("The chat endpoint did not answer in a usable way: check FOOTNOTE_CHAT__BASE_URL.")


async def _until(deadline: float, stream: AsyncIterator[Any]) -> AsyncGenerator[Any, None]:
    """The stream, each step timed by itself: a limit around a `yield` would cancel the reader."""
    while True:
        async with asyncio.timeout_at(deadline):
            part = await anext(stream, None)
        if part is None:
            return
        yield part


async def _remember(response: Any) -> None:
    responses = _responses.get()
    if responses is not None:
        responses.append(response)
